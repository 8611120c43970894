/* A chained map as one writes it in an afternoon, which says that it does what Go's maps do.
 *
 * Written to be caught: everything is right as long as nobody walks, and its walks are right as
 * long as nobody writes. It really breaks
 *   iter/once         a growth moves entries that were given to buckets that come later, and a new
 *                     entry at the head of a chain moves the others back by one
 *   iter/complete     erasing an entry of the chain that a walk is in moves the others forward by
 *                     one, and a growth turns chains around
 *   iter/current-key  an overwrite keeps the key that is there, so +0 stays when -0 is put
 * and never reads memory that is gone: a walk is two numbers.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mapproof_port.h"
#include "spans.h"

typedef struct node {
  struct node* next;
  uint64_t hash;
  mapproof_bytes key;
  mapproof_bytes elem;
} node;

typedef struct map {
  const mapproof_host* host;
  node** buckets;
  size_t mask; /* number of buckets - 1 */
  size_t size;
} map;

typedef struct walk {
  const map* of; /* null: of a null map */
  size_t bucket;
  size_t position; /* in its chain */
} walk;

static void free_node(node* n) {
  free((void*)n->key.data);
  free((void*)n->elem.data);
  free(n);
}

/* The link that leads to the key's node, or the null one at the end of its chain. */
static node** look_up(const map* m, mapproof_bytes key, uint64_t hash) {
  node** at = &m->buckets[hash & m->mask];
  while (*at != NULL) {
    if ((*at)->hash == hash && m->host->equal(m->host->context, (*at)->key, key)) break;
    at = &(*at)->next;
  }
  return at;
}

static uint64_t hash_of(const map* m, mapproof_bytes key) {
  return m->host->hash(m->host->context, key, m->host->seed);
}
static int hashable(const map* m, mapproof_bytes key) {
  return m->host->hashable(m->host->context, key);
}

static void grow(map* m) {
  const size_t mask = 2 * m->mask + 1;
  node** buckets = calloc(mask + 1, sizeof *buckets);
  if (buckets == NULL) return; /* longer chains will do */
  for (size_t b = 0; b <= m->mask; ++b) {
    node* n = m->buckets[b];
    while (n != NULL) {
      node* rest = n->next;
      n->next = buckets[n->hash & mask];
      buckets[n->hash & mask] = n;
      n = rest;
    }
  }
  free(m->buckets);
  m->buckets = buckets;
  m->mask = mask;
}

static void* create(const mapproof_host* host) {
  map* m = calloc(1, sizeof *m);
  if (m == NULL) return NULL;
  m->host = host;
  m->mask = 7;
  m->buckets = calloc(m->mask + 1, sizeof *m->buckets);
  if (m->buckets == NULL) {
    free(m);
    return NULL;
  }
  return m;
}

static int clear(void* self) {
  map* m = self;
  if (m == NULL) return MAPPROOF_YES;
  for (size_t b = 0; b <= m->mask; ++b) {
    while (m->buckets[b] != NULL) {
      node* n = m->buckets[b];
      m->buckets[b] = n->next;
      free_node(n);
    }
  }
  m->size = 0;
  return MAPPROOF_YES;
}

static void destroy(void* self) {
  map* m = self;
  clear(m);
  free(m->buckets);
  free(m);
}

static size_t size(void* self) { return self == NULL ? 0 : ((map*)self)->size; }

static int find(void* self, mapproof_bytes key, mapproof_bytes* elem) {
  const map* m = self;
  if (m == NULL) return MAPPROOF_NO;
  if (!hashable(m, key)) return MAPPROOF_UNHASHABLE;
  const node* n = *look_up(m, key, hash_of(m, key));
  if (n == NULL) return MAPPROOF_NO;
  *elem = n->elem;
  return MAPPROOF_YES;
}

static int assign(void* self, mapproof_bytes key, mapproof_bytes elem) {
  map* m = self;
  if (m == NULL) return MAPPROOF_NIL_MAP;
  if (!hashable(m, key)) return MAPPROOF_UNHASHABLE;
  const mapproof_bytes kept = {copy_of(elem), elem.size};
  if (kept.data == NULL) return MAPPROOF_FAILED;
  const uint64_t hash = hash_of(m, key);
  node* n = *look_up(m, key, hash);
  if (n != NULL) {
    free((void*)n->elem.data);
    n->elem = kept;
    return MAPPROOF_YES;
  }
  if (m->size > m->mask) grow(m);
  n = calloc(1, sizeof *n);
  void* new_key = copy_of(key);
  if (n == NULL || new_key == NULL) {
    free(n);
    free(new_key);
    free((void*)kept.data);
    return MAPPROOF_FAILED;
  }
  n->hash = hash;
  n->key.data = new_key;
  n->key.size = key.size;
  n->elem = kept;
  n->next = m->buckets[hash & m->mask];
  m->buckets[hash & m->mask] = n;
  ++m->size;
  return MAPPROOF_YES;
}

static int erase(void* self, mapproof_bytes key) {
  map* m = self;
  if (m == NULL) return MAPPROOF_NO;
  if (!hashable(m, key)) return MAPPROOF_UNHASHABLE;
  node** link = look_up(m, key, hash_of(m, key));
  node* n = *link;
  if (n == NULL) return MAPPROOF_NO;
  *link = n->next;
  free_node(n);
  --m->size;
  return MAPPROOF_YES;
}

static void* iterate(void* self, const mapproof_start* start) {
  walk* w = calloc(1, sizeof *w);
  (void)start;
  if (w != NULL) w->of = self;
  return w;
}

static int next(void* self, mapproof_bytes* key, mapproof_bytes* elem) {
  walk* w = self;
  if (w->of == NULL) return MAPPROOF_NO;
  for (; w->bucket <= w->of->mask; ++w->bucket, w->position = 0) {
    const node* n = w->of->buckets[w->bucket];
    for (size_t i = 0; i < w->position && n != NULL; ++i) n = n->next;
    if (n == NULL) continue;
    ++w->position;
    *key = n->key;
    *elem = n->elem;
    return MAPPROOF_YES;
  }
  return MAPPROOF_NO;
}

/* On a null map nothing can be said of a key, so those that may not be hashable stay outside. */
static int supports(mapproof_type key, mapproof_type elem) {
  (void)elem;
  return strcmp(key.name, "iface") != 0;
}

const mapproof_port_api* mapproof_port(void) {
  static const mapproof_port_api api = {
      .version = MAPPROOF_PORT_VERSION,
      .struct_size = sizeof(mapproof_port_api),
      .name = "naive chained map",
      .profile = "go",
      .features = MAPPROOF_HASHES | MAPPROOF_NAN_KEYS | MAPPROOF_NIL_MAPS | MAPPROOF_ERASE_IN_WALK,
      .supports = supports,
      .create = create,
      .destroy = destroy,
      .size = size,
      .find = find,
      .assign = assign,
      .erase = erase,
      .clear = clear,
      .iterate = iterate,
      .next = next,
      .close = free,
  };
  return &api;
}
