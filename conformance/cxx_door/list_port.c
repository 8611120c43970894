/* A map in C for tests of what `replay --emit c` writes: a list, with one fault on demand. */
#include <mapproof_port.h>
#include <stdlib.h>
#include <string.h>

#ifdef NAN_KEYS
enum {
  kFeatures = MAPPROOF_NIL_MAPS | MAPPROOF_ERASE_IN_WALK | MAPPROOF_KEY_UPDATE | MAPPROOF_NAN_KEYS
};
#else
enum { kFeatures = MAPPROOF_NIL_MAPS | MAPPROOF_ERASE_IN_WALK | MAPPROOF_KEY_UPDATE };
#endif

struct entry {
  struct entry* next;
  int gone;
  mapproof_bytes key, elem;
};
struct map {
  const mapproof_host* host;
  struct entry* first;
  size_t size;
};
struct walk {
  struct entry* at;
};

static mapproof_bytes copy(mapproof_bytes bytes) {
  void* data = malloc(bytes.size + 1);
  if (bytes.size != 0) memcpy(data, bytes.data, bytes.size);
  bytes.data = data;
  return bytes;
}
static void take(mapproof_bytes* to, mapproof_bytes bytes) {
  void* old = (void*)to->data;
  *to = copy(bytes);
  free(old);
}
static struct entry* look(struct map* map, mapproof_bytes key) {
  struct entry* at;
  if (map == NULL) return NULL;
  for (at = map->first; at != NULL; at = at->next) {
    if (!at->gone && map->host->equal(map->host->context, at->key, key)) return at;
  }
  return NULL;
}

static void* create(const mapproof_host* host) {
  struct map* map = calloc(1, sizeof *map);
  map->host = host;
  return map;
}
static void destroy(void* at) {
  struct map* map = at;
  while (map->first != NULL) {
    struct entry* first = map->first;
    map->first = first->next;
    free((void*)first->key.data);
    free((void*)first->elem.data);
    free(first);
  }
  free(map);
}
static size_t size(void* map) { return map == NULL ? 0 : ((struct map*)map)->size; }
static int find(void* map, mapproof_bytes key, mapproof_bytes* elem) {
  struct entry* entry = look(map, key);
  if (entry == NULL) return MAPPROOF_NO;
  *elem = entry->elem;
  return MAPPROOF_YES;
}
static int assign(void* at, mapproof_bytes key, mapproof_bytes elem) {
  struct map* map = at;
  struct entry* entry = look(map, key);
  if (map == NULL) return MAPPROOF_NIL_MAP;
#ifdef KEEPS_OLD_ELEM
  if (entry != NULL) return MAPPROOF_YES;
#endif
  if (entry != NULL) {
    take(&entry->key, key);
    take(&entry->elem, elem);
    return MAPPROOF_YES;
  }
  entry = calloc(1, sizeof *entry);
  entry->key = copy(key);
  entry->elem = copy(elem);
  entry->next = map->first;
  map->first = entry;
  ++map->size;
  return MAPPROOF_YES;
}
static int erase(void* at, mapproof_bytes key) {
  struct map* map = at;
  struct entry* entry = look(map, key);
  if (entry == NULL) return MAPPROOF_NO;
#ifndef KEEPS_ERASED
  entry->gone = 1; /* its memory stays for the walks */
#endif
  --map->size;
  return MAPPROOF_YES;
}
static int clear(void* at) {
  struct map* map = at;
  struct entry* entry;
  if (map == NULL) return MAPPROOF_YES;
  for (entry = map->first; entry != NULL; entry = entry->next) entry->gone = 1;
  map->size = 0;
  return MAPPROOF_YES;
}
static void* iterate(void* at, const mapproof_start* start) {
  struct walk* walk = calloc(1, sizeof *walk);
  (void)start;
  walk->at = at == NULL ? NULL : ((struct map*)at)->first;
#ifdef SKIPS_FIRST
  if (walk->at != NULL) walk->at = walk->at->next;
#endif
  return walk;
}
static int next(void* at, mapproof_bytes* key, mapproof_bytes* elem) {
  struct walk* walk = at;
#ifndef WALKS_OVER_GONE
  while (walk->at != NULL && walk->at->gone) walk->at = walk->at->next;
#endif
  if (walk->at == NULL) return MAPPROOF_NO;
  *key = walk->at->key;
  *elem = walk->at->elem;
#ifndef STANDS_STILL
  walk->at = walk->at->next;
#endif
  return MAPPROOF_YES;
}

const mapproof_port_api* mapproof_port(void) {
  static const mapproof_port_api api = {MAPPROOF_PORT_VERSION,
                                        sizeof(mapproof_port_api),
                                        "list",
                                        "go",
                                        kFeatures,
                                        0,
                                        NULL,
                                        create,
                                        destroy,
                                        size,
                                        find,
                                        assign,
                                        erase,
                                        clear,
                                        iterate,
                                        next,
                                        free,
                                        NULL};
  return &api;
}
