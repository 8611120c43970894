/* The C door of mapproof: a hash map as a shared library.
 *
 * A library exports one symbol, mapproof_port(), which gives a table of functions. Then
 *
 *     mapproof check ./libmymap.so
 *
 * loads it in a child process and runs programs on it. Keys and elems are spans of bytes; what they
 * mean is the host's business: it hashes and compares them. Only C99 is needed, nothing to link.
 *
 * Ownership: spans handed to a function live until it returns, so a map copies what it keeps. Spans
 * handed back (elem of find, key and elem of next) must live until the next call on the same map.
 * One thread calls, one call at a time.
 */
#ifndef MAPPROOF_PORT_H
#define MAPPROOF_PORT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MAPPROOF_PORT_VERSION 1u

typedef struct mapproof_bytes {
  const void* data; /* may be null if size is 0 */
  size_t size;
} mapproof_bytes;

/* What a function answers. Negative: it did nothing, for this reason. */
enum {
  MAPPROOF_NO = 0,  /* not there; the end of a walk */
  MAPPROOF_YES = 1, /* found, stored, erased; an entry of a walk */
  MAPPROOF_NIL_MAP = -1,    /* assignment to entry in nil map */
  MAPPROOF_UNHASHABLE = -2, /* the host says that the key cannot be hashed */
  MAPPROOF_CHANGED = -3,    /* the map was changed during the walk, and this map forbids it */
  MAPPROOF_FAILED = -4      /* anything else; see last_error */
};

/* What a map can do beyond its profile's minimum. Claim only what is true: it is tested. */
enum {
  MAPPROOF_HASHES = 1u << 0,  /* uses host.hash; else it has a hash of its own */
  MAPPROOF_STARTS = 1u << 1,  /* walks start where the host says: map.go's startBucket and offset */
  MAPPROOF_NAN_KEYS = 1u << 2, /* stores keys that are not equal to themselves */
  MAPPROOF_NIL_MAPS = 1u << 3, /* a null map may be read, erased from, cleared and walked */
  MAPPROOF_ERASE_IN_WALK = 1u << 4, /* the entry that a walk gave last may be erased */
  MAPPROOF_KEY_UPDATE = 1u << 5 /* assign stores an equal key again (+0 over -0), as Go does */
};

/* How to read the bytes of a key or an elem. Fixed sizes are those of the host's C types, native
 * byte order. A map that treats all as opaque bytes ignores this. */
typedef struct mapproof_type {
  const char* name; /* "u64", "f64", "str", ... as programs write it */
  size_t size;      /* of each; MAPPROOF_VARIABLE: differs from key to key */
} mapproof_type;
#define MAPPROOF_VARIABLE ((size_t)-1)

/* The host, as a map sees it. Valid from create to destroy. */
typedef struct mapproof_host {
  uint32_t struct_size; /* later versions only add at the end */
  uint32_t reserved;
  void* context; /* first argument of the functions */
  mapproof_type key;
  mapproof_type elem;
  /* The hash of a key; the same for equal keys, a new one each time for a NaN. */
  uint64_t (*hash)(void* context, mapproof_bytes key, uint64_t seed);
  int (*equal)(void* context, mapproof_bytes a, mapproof_bytes b); /* 1 or 0 */
  int (*hashable)(void* context, mapproof_bytes key); /* 0: answer MAPPROOF_UNHASHABLE */
  /* 32 random bits, out of the program's seed. Go's fastrand(). */
  uint32_t (*random)(void* context);
  /* Checked memory, if a map wants it: overruns and leaks are told with the program that shows
   * them. Null is never given back: the host ends the run. */
  void* (*allocate)(void* context, size_t size, size_t alignment);
  void (*release)(void* context, void* memory, size_t size, size_t alignment);
  uint64_t seed; /* to hash with: Go's hash0 */
  int64_t hint;  /* how many entries to make room for; negative or absurd ones mean nothing */
} mapproof_host;

/* Where a walk begins: bucket modulo the number of buckets, offset within each bucket. Null: the
 * map's choice. */
typedef struct mapproof_start {
  uint32_t bucket;
  uint32_t offset; /* below 8 */
} mapproof_start;

typedef struct mapproof_port_api {
  uint32_t version;     /* MAPPROOF_PORT_VERSION */
  uint32_t struct_size; /* sizeof(mapproof_port_api) */
  const char* name;
  const char* profile; /* "go", "std", "js" or "python": mapproof properties lists what each asks */
  uint32_t features;   /* MAPPROOF_HASHES | ... */
  uint32_t reserved;

  /* Can it store such keys and elems? Null: all. */
  int (*supports)(mapproof_type key, mapproof_type elem);
  void* (*create)(const mapproof_host* host); /* null: it could not */
  void (*destroy)(void* map);                 /* no walk is open any more */

  size_t (*size)(void* map);
  int (*find)(void* map, mapproof_bytes key, mapproof_bytes* elem);  /* YES, NO or why not */
  int (*assign)(void* map, mapproof_bytes key, mapproof_bytes elem); /* YES or why not */
  int (*erase)(void* map, mapproof_bytes key);                       /* YES, NO or why not */
  int (*clear)(void* map); /* YES or why not. Null: the host erases all that a walk gives */

  /* Opens a walk, before its first entry. Null: it could not. */
  void* (*iterate)(void* map, const mapproof_start* start);
  int (*next)(void* walk, mapproof_bytes* key, mapproof_bytes* elem); /* YES, NO: the end */
  void (*close)(void* walk); /* of each walk, at its end or before */

  const char* (*last_error)(void); /* after MAPPROOF_FAILED, one line; may be null */
} mapproof_port_api;

/* The one exported symbol. The table lives as long as the library. */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const mapproof_port_api* mapproof_port(void);

#ifdef __cplusplus
}
#endif
#endif
