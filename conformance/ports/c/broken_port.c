/* Libraries that do what a host must survive and tell. One source, a correct list of entries in an
 * array; which way it is broken is said when it is compiled, by one of
 *
 *   BROKEN_FEATURES        claims to hash by the host and to begin walks where it is told
 *   BROKEN_CRASH           raises SIGSEGV at the 21st put
 *   BROKEN_HANG            never comes back from the 30th operation
 *   BROKEN_LATE            takes 50 ms for each operation
 *   BROKEN_NONSENSE        finds a key with status 77
 *   BROKEN_NONSENSE_SIZE   walks give keys that are one byte short
 *   BROKEN_NONSENSE_NULL   walks give elems at a null pointer
 *   BROKEN_PROPERTY        forgets an entry in each growth
 *   BROKEN_LEAK            gives back no walk and no erased entry
 *   BROKEN_LEAK_HOST       likewise elems, out of the host's memory
 *   BROKEN_OVERRUN         writes one byte past an elem in the host's memory
 *   BROKEN_OVERRUN_MALLOC  writes past an elem in memory of its own
 *   BROKEN_CHATTY          prints a megabyte at each put, and last words at the 101st
 *   BROKEN_GREEDY          takes memory without end at the 21st put
 *   BROKEN_UNDEFINED       adds one to the largest int at the 21st put
 *   BROKEN_FORGETS_LATER   finds nothing at the 100th look-up since it was loaded
 *   BROKEN_CRASHES_LATER   raises SIGSEGV at the 10000th put since it was loaded
 *   BROKEN_SYMBOL          exports no mapproof_port
 *   BROKEN_VERSION         is made for version 99
 *   BROKEN_LOAD            aborts while it is loaded
 */
#define _GNU_SOURCE
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mapproof_port.h"
#include "spans.h"

#if defined(BROKEN_OVERRUN) || defined(BROKEN_LEAK_HOST)
#define ELEMS_IN_HOST_MEMORY 1
#else
#define ELEMS_IN_HOST_MEMORY 0
#endif

typedef struct entry {
  mapproof_bytes key;
  mapproof_bytes elem;
} entry;

typedef struct map {
  const mapproof_host* host;
  entry* entries;
  size_t size;
  size_t room;
  unsigned operations;
  unsigned puts;
} map;

typedef struct walk {
  map* of;
  size_t left;
} walk;

/* What is wrong with each operation. */
static void operate(map* m) {
  ++m->operations;
#ifdef BROKEN_HANG
  for (volatile int forever = 1; m->operations == 30 && forever;) {
  }
#endif
#ifdef BROKEN_LATE
  const struct timespec pause = {0, 50 * 1000 * 1000};
  nanosleep(&pause, NULL);
#endif
}

/* What is wrong with each put. */
static void put(map* m) {
  ++m->puts;
#ifdef BROKEN_CRASH
  if (m->puts > 20) raise(SIGSEGV);
#endif
#ifdef BROKEN_CHATTY
  for (int i = 0; i < 1024; ++i) fprintf(stderr, "%1023s\n", "all is well");
  if (m->puts > 100) {
    fputs("these are the last words\n", stderr);
    abort();
  }
#endif
#ifdef BROKEN_GREEDY
  /* volatile, or clang leaves out memory that nobody reads */
  for (char* volatile taken; m->puts > 20 && (taken = malloc(1 << 20)) != NULL;) {
    memset(taken, 1, 1 << 20);
  }
#endif
#ifdef BROKEN_UNDEFINED
  volatile int sum = INT_MAX - 20;
  for (unsigned i = 0; i < m->puts; ++i) ++sum;
#endif
#ifdef BROKEN_CRASHES_LATER
  static int all;
  if (++all == 10000) raise(SIGSEGV);
#endif
}

static void* new_elem(const map* m, mapproof_bytes elem) {
  if (!ELEMS_IN_HOST_MEMORY) {
    char* kept = copy_of(elem);
#ifdef BROKEN_OVERRUN_MALLOC
    memset(kept + elem.size, 'x', malloc_usable_size(kept) - elem.size + 8);
#endif
    return kept;
  }
  char* kept = m->host->allocate(m->host->context, elem.size, 8);
  if (elem.size != 0) memcpy(kept, elem.data, elem.size);
#ifdef BROKEN_OVERRUN
  kept[elem.size] = 'x';
#endif
  return kept;
}
static void free_elem(const map* m, mapproof_bytes elem) {
#ifdef BROKEN_LEAK_HOST
  (void)m;
  (void)elem;
#else
  if (ELEMS_IN_HOST_MEMORY) {
    m->host->release(m->host->context, (void*)elem.data, elem.size, 8);
  } else {
    free((void*)elem.data);
  }
#endif
}

static entry* look_up(const map* m, mapproof_bytes key) {
  for (size_t i = 0; i < m->size; ++i) {
    const mapproof_bytes here = m->entries[i].key;
    if (here.size != key.size) continue;
    if (key.size == 0 || memcmp(here.data, key.data, key.size) == 0) return &m->entries[i];
  }
  return NULL;
}

static void* create(const mapproof_host* host) {
  map* m = calloc(1, sizeof *m);
  if (m != NULL) m->host = host;
  return m;
}

static int clear(void* self) {
  map* m = self;
  operate(m);
  for (size_t i = 0; i < m->size; ++i) {
    free((void*)m->entries[i].key.data);
    free_elem(m, m->entries[i].elem);
  }
  m->size = 0;
  return MAPPROOF_YES;
}

static void destroy(void* self) {
  map* m = self;
  m->operations = 100; /* nothing is left to be broken */
  clear(m);
  free(m->entries);
  free(m);
}

static size_t size(void* self) {
  map* m = self;
  operate(m);
  return m->size;
}

static int find(void* self, mapproof_bytes key, mapproof_bytes* elem) {
  map* m = self;
  operate(m);
#ifdef BROKEN_FORGETS_LATER
  static int all;
  if (++all == 100) return MAPPROOF_NO;
#endif
  const entry* found = look_up(m, key);
  if (found == NULL) return MAPPROOF_NO;
  *elem = found->elem;
#ifdef BROKEN_NONSENSE
  return 77;
#else
  return MAPPROOF_YES;
#endif
}

static int assign(void* self, mapproof_bytes key, mapproof_bytes elem) {
  map* m = self;
  operate(m);
  put(m);
  entry* at = look_up(m, key);
  if (at != NULL) {
    free_elem(m, at->elem);
  } else {
    if (m->size == m->room) {
      const size_t room = m->room == 0 ? 8 : 2 * m->room;
      entry* entries = realloc(m->entries, room * sizeof *entries);
      if (entries == NULL) return MAPPROOF_FAILED;
      m->entries = entries;
      m->room = room;
#ifdef BROKEN_PROPERTY
      if (m->size != 0) {
        --m->size;
        free((void*)entries[m->size].key.data);
        free_elem(m, entries[m->size].elem);
      }
#endif
    }
    at = &m->entries[m->size++];
    at->key.data = copy_of(key);
    at->key.size = key.size;
  }
  at->elem.data = new_elem(m, elem);
  at->elem.size = elem.size;
  return MAPPROOF_YES;
}

static int erase(void* self, mapproof_bytes key) {
  map* m = self;
  operate(m);
  entry* at = look_up(m, key);
  if (at == NULL) return MAPPROOF_NO;
#ifndef BROKEN_LEAK
  free((void*)at->key.data);
  free_elem(m, at->elem);
#endif
  *at = m->entries[--m->size];
  return MAPPROOF_YES;
}

static void* iterate(void* self, const mapproof_start* start) {
  walk* w = malloc(sizeof *w);
  (void)start;
  if (w == NULL) return NULL;
  w->of = self;
  w->left = w->of->size;
  return w;
}

static int next(void* self, mapproof_bytes* key, mapproof_bytes* elem) {
  walk* w = self;
  operate(w->of);
  if (w->left > w->of->size) w->left = w->of->size;
  if (w->left == 0) return MAPPROOF_NO;
  const entry* e = &w->of->entries[--w->left];
  *key = e->key;
  *elem = e->elem;
#ifdef BROKEN_NONSENSE_SIZE
  if (key->size != 0) --key->size;
#endif
#ifdef BROKEN_NONSENSE_NULL
  elem->data = NULL;
#endif
  return MAPPROOF_YES;
}

static void close_walk(void* self) {
#ifdef BROKEN_LEAK
  (void)self;
#else
  free(self);
#endif
}

/* Those of which the bytes decide whether two are equal. */
static int supports(mapproof_type key, mapproof_type elem) {
  static const char* const names[] = {"u8",   "u16", "u32",   "u64", "i64",
                                      "bool", "str", "array", "ptr"};
  (void)elem;
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
    if (strcmp(key.name, names[i]) == 0) return 1;
  }
  return 0;
}

#ifdef BROKEN_FEATURES
enum { kFeatures = MAPPROOF_ERASE_IN_WALK | MAPPROOF_HASHES | MAPPROOF_STARTS };
#else
enum { kFeatures = MAPPROOF_ERASE_IN_WALK };
#endif
#ifdef BROKEN_VERSION
enum { kVersion = 99 };
#else
enum { kVersion = MAPPROOF_PORT_VERSION };
#endif
#ifdef BROKEN_SYMBOL
#define mapproof_port misspelt_port
const mapproof_port_api* misspelt_port(void);
#endif

#ifdef BROKEN_LOAD
__attribute__((constructor)) static void while_loading(void) { abort(); }
#endif

const mapproof_port_api* mapproof_port(void) {
  static const mapproof_port_api api = {
      .version = kVersion,
      .struct_size = sizeof(mapproof_port_api),
      .name = "broken",
      .profile = "std",
      .features = kFeatures,
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
      .close = close_walk,
  };
  return &api;
}
