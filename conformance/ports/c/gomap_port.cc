// The port of Go's map behind the C door: the same map as the built-in port `gomap`, entry for
// entry in the same order, so that what the door itself does wrong shows.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "gomap/access.h"
#include "gomap/assign.h"
#include "gomap/clear.h"
#include "gomap/erase.h"
#include "gomap/iterate.h"
#include "gomap/make.h"
#include "gomap/maptype.h"
#include "gomap/panic.h"
#include "gomap/random.h"
#include "gomap/reflect.h"
#include "mapproof_port.h"

namespace {

// The host of the map that is being called: equality is a plain function to gomap.
thread_local const mapproof_host* current_host = nullptr;
// What last_error tells.
thread_local std::string last_error;

// A bug of its own, for tests: finds nothing in a large map.
#ifdef MAPPROOF_FORGETS
constexpr bool kForgets = true;
#else
constexpr bool kForgets = false;
#endif

// Keys and elems of a fixed size lie in the cells as they are; those that vary are strings.
bool varies(const mapproof_type& type) { return type.size == MAPPROOF_VARIABLE; }

mapproof_bytes bytes_of(const void* cell, const mapproof_type& type) {
  if (!varies(type)) return {cell, type.size};
  const auto& text = *static_cast<const std::string*>(cell);
  return {text.data(), text.size()};
}

// A key or elem for the time of a call.
class Cell {
 public:
  Cell(mapproof_bytes bytes, const mapproof_type& type) {
    if (varies(type) && bytes.size != 0) {
      text_.assign(static_cast<const char*>(bytes.data), bytes.size);
    }
    at_ = varies(type) ? &text_ : bytes.data;
  }
  // Never null: memcpy wants an address even for no bytes.
  const void* at() const { return at_ == nullptr ? this : at_; }

 private:
  std::string text_;
  const void* at_ = nullptr;
};

gomap::_type describe(const mapproof_type& type) {
  gomap::_type described =
      varies(type) ? gomap::describe<std::string>(type.name) : gomap::describe<char>(type.name);
  if (varies(type)) return described;
  described.size_ = type.size;
  described.align_ = alignof(std::max_align_t) / 2;
  described.construct_ = [](void*) noexcept {};  // zero bytes are what they are
  described.move_ = nullptr;
  described.movable_ = false;
  return described;
}

struct Map {
  const mapproof_host* host;
  gomap::maptype type;
  gomap::hmap* h = nullptr;
  std::string zero;  // the elem of a miss

  explicit Map(const mapproof_host* its_host) : host(its_host) {
    gomap::_type key = describe(host->key);
    key.equal = [](const void* a, const void* b) {
      const mapproof_host& at = *current_host;
      return at.equal(at.context, bytes_of(a, at.key), bytes_of(b, at.key)) != 0;
    };
    // Nothing is known of the bytes: a key may differ from itself, and equal ones from each other.
    type = gomap::make_maptype(
        std::move(key), describe(host->elem),
        [at = host](const void* k, gomap::uintptr seed) {
          return static_cast<gomap::uintptr>(at->hash(at->context, bytes_of(k, at->key), seed));
        },
        gomap::flag_needkeyupdate);
    // The draw that a new map's seed is taken from; the program says another one. Of the rest of
    // what gomap draws (NaNs are hashed by the host, walks are forced) a program sees nothing.
    gomap::thread_random().seed(host->random(host->context));
    h = host->hint == 0 ? gomap::makemap_small() : gomap::makemap64(type, host->hint, nullptr);
    h->hash0 = static_cast<std::uint32_t>(host->seed);
  }
  Map(const Map&) = delete;
  Map& operator=(const Map&) = delete;
  ~Map() {
    if (h != nullptr) gomap::unref_hmap(type, h);
  }
};

struct Walk {
  Map* of = nullptr;  // null: of the nil map
  gomap::hiter at{};
  bool fresh = true;  // stands on an entry that has not been given
};

// Runs an operation; what gomap throws becomes a status.
template <class Operation>
int guarded(const Map& map, Operation operation) noexcept {
  current_host = map.host;
  try {
    return operation();
  } catch (const std::exception& error) {
    last_error = error.what();
    return MAPPROOF_FAILED;
  }
}

Map& map_at(void* self) { return *static_cast<Map*>(self); }

void* create(const mapproof_host* host) {
  current_host = host;
  try {
    return new Map(host);
  } catch (const std::exception& error) {
    last_error = error.what();
    return nullptr;
  }
}

void destroy(void* self) {
  current_host = map_at(self).host;
  delete &map_at(self);
}

std::size_t size(void* self) {
  return self == nullptr ? 0 : static_cast<std::size_t>(gomap::reflect_maplen(map_at(self).h));
}

int find(void* self, mapproof_bytes key, mapproof_bytes* elem) {
  if (self == nullptr) return MAPPROOF_NO;
  Map& map = map_at(self);
  return guarded(map, [&] {
    const Cell cell(key, map.host->key);
    const auto [found, ok] = map.type.elem().trivial()
                                 ? gomap::mapaccess2(map.type, map.h, cell.at())
                                 : gomap::mapaccess2_fat(map.type, map.h, cell.at(), &map.zero);
    if (!ok || (kForgets && gomap::reflect_maplen(map.h) > 500)) return MAPPROOF_NO;
    *elem = bytes_of(found, map.host->elem);
    return MAPPROOF_YES;
  });
}

int assign(void* self, mapproof_bytes key, mapproof_bytes elem) {
  if (self == nullptr) return MAPPROOF_NIL_MAP;
  Map& map = map_at(self);
  return guarded(map, [&] {
    const Cell key_cell(key, map.host->key);
    const Cell elem_cell(elem, map.host->elem);
    void* const to = gomap::mapassign(map.type, map.h, key_cell.at());
    map.type.elem().assign(to, elem_cell.at());
    return MAPPROOF_YES;
  });
}

int erase(void* self, mapproof_bytes key) {
  if (self == nullptr) return MAPPROOF_NO;
  Map& map = map_at(self);
  return guarded(map, [&] {
    const Cell cell(key, map.host->key);
    const auto before = gomap::reflect_maplen(map.h);
    gomap::mapdelete(map.type, map.h, cell.at());
    return gomap::reflect_maplen(map.h) < before ? MAPPROOF_YES : MAPPROOF_NO;
  });
}

int clear(void* self) {
  if (self == nullptr) return MAPPROOF_YES;
  Map& map = map_at(self);
  return guarded(map, [&] {
    gomap::mapclear(map.type, map.h);
    return MAPPROOF_YES;
  });
}

void* iterate(void* self, const mapproof_start* start) {
  auto walk = std::make_unique<Walk>();
  if (self == nullptr) return walk.release();
  Map& map = map_at(self);
  walk->of = &map;
  const int status = guarded(map, [&] {
    if (map.h->count != 0) {  // else nothing is drawn
      const auto first = start == nullptr ? 0 : start->bucket & gomap::bucketMask(map.h->B);
      const auto forced = first | (start == nullptr ? 0 : std::uint64_t{start->offset} << map.h->B);
      gomap::thread_random().force(start == nullptr ? map.host->random(map.host->context)
                                                    : static_cast<std::uint32_t>(forced));
    }
    gomap::mapiterinit(map.type, map.h, &walk->at);
    return MAPPROOF_YES;
  });
  return status == MAPPROOF_YES ? walk.release() : nullptr;
}

int next(void* self, mapproof_bytes* key, mapproof_bytes* elem) {
  Walk& walk = *static_cast<Walk*>(self);
  if (walk.of == nullptr) return MAPPROOF_NO;
  Map& map = *walk.of;
  return guarded(map, [&] {
    if (!std::exchange(walk.fresh, false)) gomap::mapiternext(map.type, &walk.at);
    if (walk.at.key == nullptr) return MAPPROOF_NO;
    *key = bytes_of(walk.at.key, map.host->key);
    *elem = bytes_of(walk.at.elem, map.host->elem);
    return MAPPROOF_YES;
  });
}

void close_walk(void* self) {
  const std::unique_ptr<Walk> walk(static_cast<Walk*>(self));
  if (walk->of != nullptr) gomap::hiter_release(walk->of->type, &walk->at);
}

// On a nil map Go still finds out that a key cannot be hashed; here nobody is there to be asked.
#ifdef MAPPROOF_SIX_PAIRS
// Of what every door takes, and under one name: for who compares the doors.
constexpr const char* kName = "gomap";
int supports(mapproof_type key, mapproof_type elem) {
  const std::string_view k = key.name;
  const std::string_view e = elem.name;
  return (k == "u64" || k == "f64" || k == "str") && (e == "u64" || e == "str") ? 1 : 0;
}
#else
constexpr const char* kName = "gomap behind the C door";
int supports(mapproof_type key, mapproof_type) {
  return std::string_view(key.name) != "iface" ? 1 : 0;
}
#endif

constexpr mapproof_port_api kApi = {
    .version = MAPPROOF_PORT_VERSION,
    .struct_size = sizeof(mapproof_port_api),
    .name = kName,
    .profile = "go",
    .features = MAPPROOF_HASHES | MAPPROOF_STARTS | MAPPROOF_NAN_KEYS | MAPPROOF_NIL_MAPS |
                MAPPROOF_ERASE_IN_WALK | MAPPROOF_KEY_UPDATE,
    .reserved = 0,
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
    .last_error = [] { return last_error.c_str(); },
};

}  // namespace

extern "C" const mapproof_port_api* mapproof_port() { return &kApi; }
