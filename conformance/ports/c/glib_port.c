/* GLib's GHashTable behind the C door.
 *
 * What its manual promises: during a walk with a GHashTableIter the table may not be changed, but
 * for g_hash_table_iter_remove() of the entry given last. Hash and comparison are its users' to
 * choose; here they are the host's, of which it keeps 32 bits. g_hash_table_replace() stores the
 * key again.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "mapproof_port.h"

typedef struct span {
  const mapproof_host* host; /* of keys: the callbacks get nothing else */
  mapproof_bytes bytes;
} span;

typedef struct map map;

typedef struct walk {
  map* of;
  struct walk* other; /* a list of the map's walks */
  GHashTableIter at;
  const span* current; /* the key given last; null: none, or erased */
} walk;

struct map {
  const mapproof_host* host;
  GHashTable* table;
  walk* walks;
};

/* The bytes lie behind the span. */
static span* new_span(const mapproof_host* host, mapproof_bytes bytes) {
  span* s = g_malloc(sizeof *s + bytes.size);
  s->host = host;
  s->bytes.data = s + 1;
  s->bytes.size = bytes.size;
  if (bytes.size != 0) memcpy(s + 1, bytes.data, bytes.size);
  return s;
}

static guint hash_of(gconstpointer key) {
  const span* s = key;
  const uint64_t hash = s->host->hash(s->host->context, s->bytes, s->host->seed);
  return (guint)(hash ^ hash >> 32);
}
static gboolean is_equal(gconstpointer a, gconstpointer b) {
  const span* x = a;
  const span* y = b;
  return x->host->equal(x->host->context, x->bytes, y->bytes);
}

/* This entry goes, null: any may have gone. */
static void forget(map* m, const span* key) {
  for (walk* w = m->walks; w != NULL; w = w->other) {
    if (key == NULL || w->current == key) w->current = NULL;
  }
}

static void* create(const mapproof_host* host) {
  map* m = g_new0(map, 1);
  m->host = host;
  m->table = g_hash_table_new_full(hash_of, is_equal, g_free, g_free);
  return m;
}

static void destroy(void* self) {
  map* m = self;
  g_hash_table_destroy(m->table);
  g_free(m);
}

static size_t size(void* self) { return g_hash_table_size(((map*)self)->table); }

static int find(void* self, mapproof_bytes key, mapproof_bytes* elem) {
  const map* m = self;
  const span probe = {m->host, key};
  const span* found = g_hash_table_lookup(m->table, &probe);
  if (found == NULL) return MAPPROOF_NO;
  *elem = found->bytes;
  return MAPPROOF_YES;
}

static int assign(void* self, mapproof_bytes key, mapproof_bytes elem) {
  map* m = self;
  forget(m, NULL);
  g_hash_table_replace(m->table, new_span(m->host, key), new_span(m->host, elem));
  return MAPPROOF_YES;
}

static int erase(void* self, mapproof_bytes key) {
  map* m = self;
  const span probe = {m->host, key};
  for (walk* w = m->walks; w != NULL; w = w->other) {
    if (w->current != NULL && is_equal(w->current, &probe)) {
      forget(m, w->current);
      g_hash_table_iter_remove(&w->at);
      return MAPPROOF_YES;
    }
  }
  return g_hash_table_remove(m->table, &probe) ? MAPPROOF_YES : MAPPROOF_NO;
}

static int clear(void* self) {
  map* m = self;
  forget(m, NULL);
  g_hash_table_remove_all(m->table);
  return MAPPROOF_YES;
}

static void* iterate(void* self, const mapproof_start* start) {
  map* m = self;
  walk* w = g_new0(walk, 1);
  (void)start;
  w->of = m;
  w->other = m->walks;
  m->walks = w;
  g_hash_table_iter_init(&w->at, m->table);
  return w;
}

static int next(void* self, mapproof_bytes* key, mapproof_bytes* elem) {
  walk* w = self;
  gpointer k = NULL;
  gpointer v = NULL;
  w->current = NULL;
  if (!g_hash_table_iter_next(&w->at, &k, &v)) return MAPPROOF_NO;
  w->current = k;
  *key = ((const span*)k)->bytes;
  *elem = ((const span*)v)->bytes;
  return MAPPROOF_YES;
}

static void end_walk(void* self) {
  walk* w = self;
  walk** at = &w->of->walks;
  while (*at != w) at = &(*at)->other;
  *at = w->other;
  g_free(w);
}

const mapproof_port_api* mapproof_port(void) {
  static const mapproof_port_api api = {
      .version = MAPPROOF_PORT_VERSION,
      .struct_size = sizeof(mapproof_port_api),
      .name = "GHashTable",
      .profile = "std",
      .features = MAPPROOF_HASHES | MAPPROOF_ERASE_IN_WALK | MAPPROOF_KEY_UPDATE,
      .create = create,
      .destroy = destroy,
      .size = size,
      .find = find,
      .assign = assign,
      .erase = erase,
      .clear = clear,
      .iterate = iterate,
      .next = next,
      .close = end_walk,
  };
  return &api;
}
