// The C that emit_c.cc writes, apart from what comes out of the program. For emit_c.cc only.
#pragma once

#include <string_view>

namespace mapproof {

inline constexpr std::string_view kCHead =
    R"code(/* A mapproof program in C99. It shows what is wrong with a map behind mapproof_port.h:

     cc -std=c99 -I FOLDER_OF_mapproof_port.h THIS_FILE.c -ldl && ./a.out ./libmymap.so

   or, linked with the map, cc -DMAPPROOF_LINKED THIS_FILE.c mymap.c && ./a.out.
   Exit status: 0 all is well, 1 shown, 2 it could not run. The program:

{program} */
#include <mapproof_port.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef MAPPROOF_LINKED
#include <dlfcn.h>
#endif

#define KEY_KIND "{key}"
#define ELEM_KIND "{elem}"
#define ENTRIES {entries}u /* at most: one for each put */
static const uint64_t kSeed = {hash0};
static const int64_t kHint = {hint};
static uint64_t random_state = {seed};
enum {{ HAS_NAN = {has_nan} }};

/* The hashes of the keys, by key; equal ones share a number. Those of NaNs are drawn one by one. */
static const struct hash {{
  uint32_t key;
  uint64_t hash;
}} hashes[] = {{
{hashes}}};
static const uint64_t nan_hashes[] = {{{nans}}};

enum code {{ PUT, GET, HAS, DEL, CLEAR, LEN, ITER, ITER_ANY, NEXT, DROP, NIL, NOTHING }};
static const struct op {{
  enum code code;
  uint32_t key;
  uint32_t stride; /* from key to key */
  uint32_t count;
  unsigned slot;
  uint32_t bucket;
  uint32_t offset;
  const char* text;
}} ops[] = {{
{operations}}};
)code";

inline constexpr std::string_view kCBody = R"code(
/* ---- what is told ---- */

static size_t at; /* the operation in hand */

static void shown(const char* property, const char* format, ...) {
  va_list arguments;
  printf("SHOWN at op %lu (%s): ", (unsigned long)at, ops[at].text);
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  printf(" [%s]\n", property);
  exit(1);
}
static void cannot_run(const char* why) {
  printf("cannot run: %s\n", why);
  exit(2);
}

/* ---- keys and elems as bytes ---- */

struct image {
  char bytes[64];
  size_t size;
};

static int is(const char* kind, const char* name) { return strcmp(kind, name) == 0; }
static mapproof_bytes span(const struct image* image) {
  mapproof_bytes bytes;
  bytes.data = image->bytes;
  bytes.size = image->size;
  return bytes;
}
static struct image image_of(const void* object, size_t size) {
  struct image image;
  memset(&image, 0, sizeof image);
  memcpy(image.bytes, object, size);
  image.size = size;
  return image;
}
static struct image number_text(uint32_t n, int long_one) {
  struct image image;
  memset(&image, 0, sizeof image);
  sprintf(image.bytes, "%s%lu", long_one ? "too long to be stored inline: " : "", (unsigned long)n);
  image.size = strlen(image.bytes);
  return image;
}

/* The key `index`; of a NaN, the one with that payload. */
static struct image key_image(uint32_t index, uint32_t payload) {
  const uint32_t as_u32 = index;
  const uint64_t as_u64 = index;
  const int64_t as_i64 = (int64_t)index;
  if (is(KEY_KIND, "u32")) return image_of(&as_u32, sizeof as_u32);
  if (is(KEY_KIND, "u64")) return image_of(&as_u64, sizeof as_u64);
  if (is(KEY_KIND, "i64")) return image_of(&as_i64, sizeof as_i64);
  if (is(KEY_KIND, "f64")) {
    uint64_t bits;
    const double number = (double)index;
    memcpy(&bits, &number, sizeof bits);
    if (index == 255) bits = 0x7ff8000000000000u | payload;
    if (index == 254) bits = 0x8000000000000000u;
    if (index == 253) bits = 0x7ff0000000000000u;
    return image_of(&bits, sizeof bits);
  }
  return index == 255 ? image_of("", 0) : number_text(index, index % 4 == 3);
}
static struct image elem_image(uint32_t stamp) {
  const uint64_t as_u64 = (uint64_t)(uint32_t)(stamp << 13 | stamp >> 19) << 32 | stamp;
  if (is(ELEM_KIND, "u32")) return image_of(&stamp, sizeof stamp);
  if (is(ELEM_KIND, "u64")) return image_of(&as_u64, sizeof as_u64);
  return stamp == 0 ? image_of("", 0) : number_text(stamp, stamp % 8 == 7);
}
static int same(mapproof_bytes bytes, struct image image) {
  return bytes.size == image.size &&
         (image.size == 0 || (bytes.data != NULL && memcmp(bytes.data, image.bytes, image.size) == 0));
}
/* The number that a text ends with. */
static uint32_t number_in(mapproof_bytes text) {
  const char* digits = (const char*)text.data;
  size_t i = text.size;
  uint32_t n = 0;
  while (i > 0 && digits[i - 1] >= '0' && digits[i - 1] <= '9') --i;
  for (; i < text.size; ++i) n = n * 10 + (uint32_t)(digits[i] - '0');
  return n;
}

/* Which key is that? 0: none. */
static int read_key(mapproof_bytes bytes, uint32_t* index, uint32_t* payload) {
  uint64_t bits = 0;
  *payload = 0;
  if (bytes.data == NULL && bytes.size != 0) return 0;
  if (is(KEY_KIND, "str")) {
    *index = bytes.size == 0 ? 255 : number_in(bytes);
  } else if (bytes.size == 4) {
    uint32_t small;
    memcpy(&small, bytes.data, sizeof small);
    *index = small;
  } else if (bytes.size == 8) {
    memcpy(&bits, bytes.data, sizeof bits);
    *index = (uint32_t)bits;
    if (is(KEY_KIND, "f64")) {
      double number;
      memcpy(&number, &bits, sizeof number);
      if (number != number) {
        *index = 255;
        *payload = (uint32_t)bits & 0x1fffffu;
      } else if (bits == 0x8000000000000000u) {
        *index = 254;
      } else {
        *index = bits == 0x7ff0000000000000u ? 253
                 : number >= 0 && number < 65536 ? (uint32_t)number : 65536;
      }
    }
  } else {
    return 0;
  }
  return *index < 65536 && same(bytes, key_image(*index, *payload));
}
static void print_key(uint32_t index) {
  const int special = is(KEY_KIND, "f64") && index >= 253 && index <= 255;
  static const char* const names[] = {"inf", "-0", "nan"};
  if (special) {
    printf("%s", names[index - 253]);
  } else if (is(KEY_KIND, "str") && index == 255) {
    printf("\"\"");
  } else {
    printf("%lu", (unsigned long)index);
  }
}
/* What an elem holds, for people. */
static const char* elem_text(mapproof_bytes elem) {
  static char text[64];
  uint32_t stamp = 0;
  if (elem.data == NULL && elem.size != 0) return "a null pointer";
  if (is(ELEM_KIND, "str")) {
    stamp = elem.size == 0 ? 0 : number_in(elem);
  } else if (elem.size >= 4) {
    uint64_t bits = 0;
    memcpy(&bits, elem.data, elem.size < 8 ? 4 : 8);
    stamp = (uint32_t)bits;
  }
  if (!same(elem, elem_image(stamp))) return "what no put stored";
  sprintf(text, "stamp %lu", (unsigned long)stamp);
  return text;
}
static int is_nan(uint32_t index) { return is(KEY_KIND, "f64") && index == 255; }
/* The same for equal keys. */
static uint32_t class_of(uint32_t index) { return is(KEY_KIND, "f64") && index == 254 ? 0 : index; }

/* ---- the host ---- */

static uint64_t host_hash(void* context, mapproof_bytes key, uint64_t seed) {
  static size_t drawn;
  uint32_t index, payload;
  size_t low = 0, high = sizeof hashes / sizeof hashes[0];
  (void)context, (void)seed; /* the program has one seed */
  if (!read_key(key, &index, &payload)) shown("port/answer", "host.hash asked about no key");
  if (is_nan(index)) return nan_hashes[drawn++ % (sizeof nan_hashes / sizeof nan_hashes[0])];
  index = class_of(index);
  while (high - low > 1) {
    const size_t middle = (low + high) / 2;
    if (hashes[middle].key <= index) low = middle;
    else high = middle;
  }
  /* A broken map may ask about a key never put: what it finds in memory that it wiped. */
  return hashes[low].key == index ? hashes[low].hash : index;
}
static int host_equal(void* context, mapproof_bytes a, mapproof_bytes b) {
  uint32_t x, y, payload;
  (void)context;
  if (!read_key(a, &x, &payload) || !read_key(b, &y, &payload)) {
    shown("port/answer", "host.equal asked about no key");
  }
  return !is_nan(x) && !is_nan(y) && class_of(x) == class_of(y);
}
static int host_hashable(void* context, mapproof_bytes key) {
  (void)context, (void)key;
  return 1;
}
static uint32_t host_random(void* context) {
  uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
  (void)context;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (uint32_t)((z ^ (z >> 31)) >> 32);
}
/* Aligned as malloc does; the size is kept to be compared. */
static void* host_allocate(void* context, size_t size, size_t alignment) {
  size_t* const block = (size_t*)malloc(size + 64);
  (void)context, (void)alignment;
  if (block == NULL) cannot_run("no memory");
  block[0] = size;
  return (char*)block + 64;
}
static void host_release(void* context, void* memory, size_t size, size_t alignment) {
  size_t* block;
  (void)context, (void)alignment;
  if (memory == NULL) return;
  block = (size_t*)(void*)((char*)memory - 64);
  if (block[0] != size) shown("port/corruption", "released with another size than allocated with");
  free(block);
}

/* ---- the books ---- */

static struct entry {
  uint32_t index; /* the key as it was stored */
  uint32_t stamp; /* of the put that stored the elem */
  int gone;       /* 1: deleted, 2: cleared */
} entries[ENTRIES];
static size_t entries_used;
static size_t live;
static size_t entry_of[65536];      /* by class: the entry's number, from 1 */
static size_t nan_of_stamp[ENTRIES + 1]; /* by payload: likewise */
static uint32_t stamps;
static uint32_t nan_payload;

static struct walk {
  int state; /* 0: none, 1: begins with the next step, 2: under way */
  int forced;
  int over_nil;
  mapproof_start start;
  void* walk;
  unsigned char must[ENTRIES]; /* was there when it began */
  unsigned char seen[ENTRIES];
} walks[8];

static const mapproof_port_api* api;
static mapproof_host host;
static void* map;
static void* owner;

static void refused(const char* what, int status) {
  const char* words = api->last_error == NULL ? NULL : api->last_error();
  shown("panic/unexpected", "%s gives %d%s%s", what, status, words == NULL ? "" : ": ",
        words == NULL ? "" : words);
}
static void expect_yes_or_no(const char* what, int status) {
  if (status != MAPPROOF_YES && status != MAPPROOF_NO) refused(what, status);
}

static void put(uint32_t index) {
  const uint32_t stamp = ++stamps;
  struct image key, elem;
  int status;
  if (is_nan(index)) nan_payload = stamp & 0x1fffffu;
  key = key_image(index, nan_payload);
  elem = elem_image(stamp);
  status = api->assign(map, span(&key), span(&elem));
  if (map == NULL) {
    if (status != MAPPROOF_NIL_MAP) shown("panic/nil-put", "a put into the nil map gives %d", status);
    return;
  }
  if (status != MAPPROOF_YES) refused("assign", status);
  if (!is_nan(index) && entry_of[class_of(index)] != 0) {
    struct entry* entry = &entries[entry_of[class_of(index)] - 1];
    entry->stamp = stamp;
    if (api->features & MAPPROOF_KEY_UPDATE) entry->index = index;
    return;
  }
  entries[entries_used].index = index;
  entries[entries_used].stamp = stamp;
  ++entries_used;
  ++live;
  if (is_nan(index)) nan_of_stamp[stamp] = entries_used;
  else entry_of[class_of(index)] = entries_used;
}

static void look_up(uint32_t index) {
  const struct image key = key_image(index, nan_payload);
  const size_t number = is_nan(index) || map == NULL ? 0 : entry_of[class_of(index)];
  mapproof_bytes elem = {NULL, 0};
  const int status = api->find(map, span(&key), &elem);
  expect_yes_or_no("find", status);
  printf("  -> %s\n", status == MAPPROOF_YES ? elem_text(elem) : "absent");
  if (number == 0) {
    if (status == MAPPROOF_YES) shown("access/absent", "found, but it is not there");
    return;
  }
  if (status == MAPPROOF_NO) {
    shown("access/present", "not found, but it was put with stamp %lu",
          (unsigned long)entries[number - 1].stamp);
  }
  if (!same(elem, elem_image(entries[number - 1].stamp))) {
    shown("access/current-elem", "%s, but stamp %lu was put last", elem_text(elem),
          (unsigned long)entries[number - 1].stamp);
  }
}

static void erase(uint32_t index) {
  const struct image key = key_image(index, nan_payload);
  size_t* number = &entry_of[class_of(index)];
  expect_yes_or_no("erase", api->erase(map, span(&key)));
  if (is_nan(index) || map == NULL || *number == 0) return;
  entries[*number - 1].gone = 1;
  *number = 0;
  --live;
}

static void clear(void) {
  size_t i;
  int status;
  if (api->clear == NULL) cannot_run("this map has no clear");
  status = api->clear(map);
  if (status != MAPPROOF_YES) refused("clear", status);
  if (map == NULL) return;
  for (i = 0; i < entries_used; ++i) {
    if (!entries[i].gone) entries[i].gone = 2;
  }
  memset(entry_of, 0, sizeof entry_of);
  live = 0;
}

static void len(void) {
  const size_t size = api->size(map);
  const size_t expected = map == NULL ? 0 : live;
  printf("  -> %lu\n", (unsigned long)size);
  if (size != expected) {
    shown("len/exact", "%lu entries, but there are %lu", (unsigned long)size,
          (unsigned long)expected);
  }
}

static void drop(struct walk* walk) {
  if (walk->state == 2) api->close(walk->walk);
  walk->state = 0;
}

static void begin(struct walk* walk) {
  size_t i;
  memset(walk->seen, 0, sizeof walk->seen);
  memset(walk->must, 0, sizeof walk->must);
  walk->over_nil = map == NULL;
  for (i = 0; i < entries_used; ++i) walk->must[i] = map != NULL && !entries[i].gone;
  walk->walk = api->iterate(map, walk->forced ? &walk->start : NULL);
  if (walk->walk == NULL) refused("iterate", MAPPROOF_FAILED);
  walk->state = 2;
}

static void next(struct walk* walk) {
  mapproof_bytes key = {NULL, 0}, elem = {NULL, 0};
  uint32_t index, payload;
  size_t number, i;
  int status;
  if (walk->state == 1) begin(walk);
  status = api->next(walk->walk, &key, &elem);
  if (status == MAPPROOF_NO) {
    printf("  -> end\n");
    for (i = 0; i < entries_used; ++i) {
      if (walk->must[i] && !walk->seen[i] && !entries[i].gone) {
        shown("iter/complete", "the walk ends without the entry of stamp %lu",
              (unsigned long)entries[i].stamp);
      }
    }
    drop(walk);
    return;
  }
  if (status == MAPPROOF_CHANGED && is(api->profile, "python")) {
    printf("  -> changed\n");
    drop(walk);
    return;
  }
  if (status != MAPPROOF_YES) refused("next", status);
  if (!read_key(key, &index, &payload)) shown("iter/known", "the walk gives a key never put");
  printf("  -> ");
  print_key(index);
  printf(", %s\n", elem_text(elem));
  if (walk->over_nil) shown("iter/nil-ends", "a walk over the nil map gives an entry");
  if (is_nan(index)) {
    number = payload <= stamps ? nan_of_stamp[payload] : 0;
  } else {
    number = entry_of[class_of(index)];
    for (i = entries_used; number == 0 && i-- > 0;) {
      if (class_of(entries[i].index) == class_of(index) && !is_nan(entries[i].index)) {
        shown(entries[i].gone == 2 ? "iter/clear-stops" : "iter/no-deleted",
              "the walk gives an entry that is gone");
      }
    }
  }
  if (number == 0) shown("iter/known", "the walk gives a key never put");
  if (entries[number - 1].gone) shown("iter/clear-stops", "the walk gives an entry that is gone");
  if (walk->seen[number - 1]) shown("iter/once", "the walk gives an entry twice");
  walk->seen[number - 1] = 1;
  if (!same(elem, elem_image(entries[number - 1].stamp))) {
    shown("iter/current-elem", "the walk gives %s, but stamp %lu was put last", elem_text(elem),
          (unsigned long)entries[number - 1].stamp);
  }
  if ((api->features & MAPPROOF_KEY_UPDATE) && entries[number - 1].index != index) {
    shown("iter/current-key", "the walk gives a key that is equal to the one put last, but another");
  }
}

static void run(const struct op* op) {
  uint32_t step;
  struct walk* walk = &walks[op->slot];
  if (op->code == NIL) {
    if (!(api->features & MAPPROOF_NIL_MAPS)) cannot_run("this map has no nil map");
    map = NULL;
  } else if (op->code == DROP) {
    drop(walk);
  } else if (op->code == ITER || op->code == ITER_ANY) {
    drop(walk);
    walk->state = 1;
    walk->forced = op->code == ITER;
    walk->start.bucket = op->bucket;
    walk->start.offset = op->offset;
  } else if (op->code == CLEAR) {
    clear();
  } else if (op->code == LEN) {
    len();
  } else if (op->code != NOTHING) {
    for (step = 0; step < op->count; ++step) {
      const uint32_t key = (op->key + step * op->stride) % 65536;
      if (op->code == PUT) put(key);
      else if (op->code == DEL) erase(key);
      else if (op->code != NEXT) look_up(key);
      else if (walk->state == 0) break;
      else next(walk);
    }
  }
}

int main(int argc, char** argv) {
  const size_t key_size = is(KEY_KIND, "str") ? MAPPROOF_VARIABLE : is(KEY_KIND, "u32") ? 4 : 8;
  const size_t elem_size = is(ELEM_KIND, "str") ? MAPPROOF_VARIABLE : is(ELEM_KIND, "u32") ? 4 : 8;
  unsigned slot;
  setvbuf(stdout, NULL, _IONBF, 0); /* so that a crash leaves its story behind */
#ifdef MAPPROOF_LINKED
  (void)argc, (void)argv;
  api = mapproof_port();
#else
  {
    const mapproof_port_api* (*port)(void) = NULL;
    void* library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (argc != 2) cannot_run("give it one library with a map: ./a.out ./libmymap.so");
    if (library == NULL) cannot_run(dlerror());
    *(void**)&port = dlsym(library, "mapproof_port");
    if (port == NULL) cannot_run("the library exports no function mapproof_port");
    api = port();
  }
#endif
  if (api == NULL || api->version != MAPPROOF_PORT_VERSION) {
    cannot_run("another version of mapproof_port.h");
  }
  if (HAS_NAN && !(api->features & MAPPROOF_NAN_KEYS)) cannot_run("this map stores no NaN keys");
  host.struct_size = sizeof host;
  host.key.name = KEY_KIND;
  host.key.size = key_size;
  host.elem.name = ELEM_KIND;
  host.elem.size = elem_size;
  host.hash = host_hash;
  host.equal = host_equal;
  host.hashable = host_hashable;
  host.random = host_random;
  host.allocate = host_allocate;
  host.release = host_release;
  host.seed = kSeed;
  host.hint = kHint;
  if (api->supports != NULL && !api->supports(host.key, host.elem)) {
    cannot_run("this map stores no keys of " KEY_KIND " with elems of " ELEM_KIND);
  }
  map = owner = api->create(&host);
  if (map == NULL) cannot_run("create gives no map");
  for (at = 0; at < sizeof ops / sizeof ops[0]; ++at) {
    printf("%s\n", ops[at].text);
    run(&ops[at]);
  }
  --at;
  for (slot = 0; slot < 8; ++slot) drop(&walks[slot]);
  api->destroy(owner);
  printf("holds: %s does nothing wrong here\n", api->name);
  return 0;
}
)code";

}  // namespace mapproof
