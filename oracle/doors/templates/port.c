/* A map for mapproof, to start from: a list of entries in an array. It compiles as it is,
 *
 *     cc -std=c11 -shared -fPIC -I FOLDER_OF_mapproof_port.h port.c -o libport.so
 *     mapproof check ./libport.so
 *
 * and holds. Replace the insides of each function by calls to your map.
 */
#include <stdlib.h>
#include <string.h>

#include "mapproof_port.h"

typedef struct entry {
  mapproof_bytes key; /* copies of this map's own */
  mapproof_bytes elem;
} entry;

typedef struct map {
  const mapproof_host* host;
  entry* entries;
  size_t size;
  size_t room;
} map;

typedef struct walk {
  map* of;
  size_t left; /* entries not given yet, from the front of the array */
} walk;

/* The host's memory has guards around it. Plain malloc will do, too. */
static mapproof_bytes copy(const map* m, mapproof_bytes bytes) {
  mapproof_bytes kept = {NULL, bytes.size};
  if (bytes.size != 0) {
    void* data = m->host->allocate(m->host->context, bytes.size, 8);
    memcpy(data, bytes.data, bytes.size);
    kept.data = data;
  }
  return kept;
}
static void drop(const map* m, mapproof_bytes bytes) {
  if (bytes.size != 0) m->host->release(m->host->context, (void*)bytes.data, bytes.size, 8);
}

static entry* look_up(const map* m, mapproof_bytes key) {
  for (size_t i = 0; i < m->size; ++i) {
    if (m->host->equal(m->host->context, m->entries[i].key, key)) return &m->entries[i];
  }
  return NULL;
}

/* Make an empty map; keep the host's address, if you need its hash, equality, seed or hint. */
static void* map_create(const mapproof_host* host) {
  map* m = calloc(1, sizeof *m);
  if (m != NULL) m->host = host;
  return m;
}

/* Remove all entries; the map stays. */
static int map_clear(void* self) {
  map* m = self;
  for (size_t i = 0; i < m->size; ++i) {
    drop(m, m->entries[i].key);
    drop(m, m->entries[i].elem);
  }
  m->size = 0;
  return MAPPROOF_YES;
}

/* Give back everything. */
static void map_destroy(void* self) {
  map* m = self;
  map_clear(m);
  free(m->entries);
  free(m);
}

/* How many entries there are. */
static size_t map_size(void* self) { return ((map*)self)->size; }

/* Say where the elem of the key lies, or MAPPROOF_NO. */
static int map_find(void* self, mapproof_bytes key, mapproof_bytes* elem) {
  const entry* found = look_up(self, key);
  if (found == NULL) return MAPPROOF_NO;
  *elem = found->elem;
  return MAPPROOF_YES;
}

/* Store a copy of the elem under the key, whether it is there already or new. */
static int map_assign(void* self, mapproof_bytes key, mapproof_bytes elem) {
  map* m = self;
  entry* at = look_up(m, key);
  if (at != NULL) {
    drop(m, at->elem);
    at->elem = copy(m, elem);
    return MAPPROOF_YES;
  }
  if (m->size == m->room) {
    const size_t room = m->room == 0 ? 8 : 2 * m->room;
    entry* entries = realloc(m->entries, room * sizeof *entries);
    if (entries == NULL) return MAPPROOF_FAILED;
    m->entries = entries;
    m->room = room;
  }
  at = &m->entries[m->size++];
  at->key = copy(m, key);
  at->elem = copy(m, elem);
  return MAPPROOF_YES;
}

/* Remove the key's entry; MAPPROOF_NO if there is none. */
static int map_erase(void* self, mapproof_bytes key) {
  map* m = self;
  entry* at = look_up(m, key);
  if (at == NULL) return MAPPROOF_NO;
  drop(m, at->key);
  drop(m, at->elem);
  *at = m->entries[--m->size];
  return MAPPROOF_YES;
}

/* Open a walk; the first entry is given by next. Walks from back to front: of an erased entry the
 * last one takes the place, which has been given by then. */
static void* map_iterate(void* self, const mapproof_start* start) {
  walk* w = malloc(sizeof *w);
  (void)start; /* for maps with MAPPROOF_STARTS */
  if (w == NULL) return NULL;
  w->of = self;
  w->left = w->of->size;
  return w;
}

/* Give the next entry, or MAPPROOF_NO when all have been given. */
static int map_next(void* self, mapproof_bytes* key, mapproof_bytes* elem) {
  walk* w = self;
  if (w->left > w->of->size) w->left = w->of->size;
  if (w->left == 0) return MAPPROOF_NO;
  --w->left;
  *key = w->of->entries[w->left].key;
  *elem = w->of->entries[w->left].elem;
  return MAPPROOF_YES;
}

/* End the walk. */
static void map_close(void* self) { free(self); }

const mapproof_port_api* mapproof_port(void) {
  static const mapproof_port_api api = {
      .version = MAPPROOF_PORT_VERSION,
      .struct_size = sizeof(mapproof_port_api),
      .name = "template",                 /* your map's name */
      .profile = "std",                   /* what it promises */
      .features = MAPPROOF_ERASE_IN_WALK, /* and what beyond that */
      .supports = NULL,                   /* which keys and elems it can store; NULL: all */
      .create = map_create,
      .destroy = map_destroy,
      .size = map_size,
      .find = map_find,
      .assign = map_assign,
      .erase = map_erase,
      .clear = map_clear,
      .iterate = map_iterate,
      .next = map_next,
      .close = map_close,
  };
  return &api;
}
