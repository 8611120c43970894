/* uthash (https://troydhanson.github.io/uthash/) behind the C door.
 *
 * What uthash promises: walks in the order of insertion, and in HASH_ITER the entry given last may
 * be erased. Hash and comparison are its users' to choose; here they are the host's, of which it
 * keeps 32 bits.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mapproof_port.h"
#include "spans.h"

/* Both are used in functions with a variable `host`. uthash wants 0 for "equal". */
#define HASH_FUNCTION(keyptr, keylen, hashv) ((hashv) = hash_of(host, (keyptr), (keylen)))
#define HASH_KEYCMP(a, b, n) (!is_equal(host, (a), (b), (n)))

static unsigned hash_of(const mapproof_host* host, const void* key, size_t size) {
  const mapproof_bytes bytes = {key, size};
  const uint64_t hash = host->hash(host->context, bytes, host->seed);
  return (unsigned)(hash ^ hash >> 32);
}
static int is_equal(const mapproof_host* host, const void* a, const void* b, size_t size) {
  const mapproof_bytes x = {a, size};
  const mapproof_bytes y = {b, size};
  return host->equal(host->context, x, y);
}

#include <uthash.h>

typedef struct entry {
  void* key;
  size_t key_size;
  void* elem;
  size_t elem_size;
  UT_hash_handle hh;
} entry;

typedef struct map {
  const mapproof_host* host;
  entry* head; /* null: empty */
} map;

typedef struct walk {
  entry* next;
} walk;

static void release(entry* e) {
  free(e->key);
  free(e->elem);
  free(e);
}

static entry* look_up(const map* m, mapproof_bytes key) {
  const mapproof_host* host = m->host;
  entry* found = NULL;
  HASH_FIND(hh, m->head, key.data, key.size, found);
  return found;
}

static void* create(const mapproof_host* host) {
  map* m = calloc(1, sizeof *m);
  if (m != NULL) m->host = host;
  return m;
}

static int clear(void* self) {
  map* m = self;
  entry* e = m->head;
  HASH_CLEAR(hh, m->head); /* the table; the entries are ours */
  while (e != NULL) {
    entry* next = e->hh.next;
    release(e);
    e = next;
  }
  return MAPPROOF_YES;
}

static void destroy(void* self) {
  clear(self);
  free(self);
}

static size_t size(void* self) { return HASH_COUNT(((map*)self)->head); }

static int find(void* self, mapproof_bytes key, mapproof_bytes* elem) {
  const entry* e = look_up(self, key);
  if (e == NULL) return MAPPROOF_NO;
  elem->data = e->elem;
  elem->size = e->elem_size;
  return MAPPROOF_YES;
}

static int assign(void* self, mapproof_bytes key, mapproof_bytes elem) {
  map* m = self;
  const mapproof_host* host = m->host;
  void* kept = copy_of(elem);
  if (kept == NULL) return MAPPROOF_FAILED;
  entry* e = look_up(m, key);
  if (e != NULL) {
    free(e->elem);
  } else {
    e = calloc(1, sizeof *e);
    if (e != NULL) e->key = copy_of(key);
    if (e == NULL || e->key == NULL) {
      free(e);
      free(kept);
      return MAPPROOF_FAILED;
    }
    e->key_size = key.size;
    HASH_ADD_KEYPTR(hh, m->head, e->key, e->key_size, e);
  }
  e->elem = kept;
  e->elem_size = elem.size;
  return MAPPROOF_YES;
}

static int erase(void* self, mapproof_bytes key) {
  map* m = self;
  entry* e = look_up(m, key);
  if (e == NULL) return MAPPROOF_NO;
  HASH_DEL(m->head, e);
  release(e);
  return MAPPROOF_YES;
}

static void* iterate(void* self, const mapproof_start* start) {
  walk* w = malloc(sizeof *w);
  (void)start;
  if (w != NULL) w->next = ((map*)self)->head;
  return w;
}

/* HASH_ITER, one step: the following entry is taken before this one is handed out. */
static int next(void* self, mapproof_bytes* key, mapproof_bytes* elem) {
  walk* w = self;
  const entry* e = w->next;
  if (e == NULL) return MAPPROOF_NO;
  w->next = e->hh.next;
  key->data = e->key;
  key->size = e->key_size;
  elem->data = e->elem;
  elem->size = e->elem_size;
  return MAPPROOF_YES;
}

const mapproof_port_api* mapproof_port(void) {
  static const mapproof_port_api api = {
      .version = MAPPROOF_PORT_VERSION,
      .struct_size = sizeof(mapproof_port_api),
      .name = "uthash",
      .profile = "std",
      .features = MAPPROOF_HASHES | MAPPROOF_ERASE_IN_WALK,
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
