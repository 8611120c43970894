#include "oracle/doors/c_port.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "oracle/doors/host_memory.h"
#include "oracle/doors/images.h"
#include "oracle/hashing.h"

namespace mapproof::doors {
namespace {

// splitmix64, the upper half of each draw: what the port of map.go draws from, too, so that both
// doors to it give the same walks.
#if defined(__clang__)
__attribute__((no_sanitize("unsigned-integer-overflow")))
#endif
std::uint32_t
draw(std::uint64_t* state) {
  std::uint64_t z = (*state += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32);
}

std::string_view view(mapproof_bytes bytes) {
  return {static_cast<const char*>(bytes.data), bytes.size};
}
mapproof_bytes span(const Bytes& bytes) { return {bytes.data(), bytes.size()}; }

// What the host's functions know of the map that calls them. A complaint waits until the call is
// over, since nothing may be thrown through C.
struct Host {
  KeyKind kind = KeyKind::u64;
  ElemKind elem = ElemKind::u64;
  const KeyImages* keys = nullptr;
  bool bytes_decide = false;
  Hashing hashing;
  std::uint64_t random = 0;
  HostMemory memory;
  std::string complaint;
  bool corrupted = false;  // the complaint is about memory
  // The key that the call in hand is about: hashed by every map that hashes at all.
  std::string_view key_image;
  std::optional<KeyId> key;

  void complain(std::string words, bool of_memory = false) {
    if (!complaint.empty()) return;
    complaint = std::move(words);
    corrupted = of_memory;
  }
  std::optional<KeyId> id_of(mapproof_bytes bytes, std::string_view asked) {
    const bool readable = bytes.data != nullptr || bytes.size == 0;
    if (readable && key && view(bytes) == key_image) return key;
    const std::optional<KeyId> id = readable ? keys->id(view(bytes)) : std::nullopt;
    if (!id) complain(fmt::format("{} asked about {} bytes that are no key", asked, bytes.size));
    return id;
  }
};

std::uint64_t host_hash(void* context, mapproof_bytes key, std::uint64_t seed) {
  Host& host = *static_cast<Host*>(context);
  const std::optional<KeyId> id = host.id_of(key, "host.hash");
  return id ? host.hashing(id->index, seed) : 0;
}
// Are keys of this kind equal just if their bytes are? Not where there are gaps, zeros with a sign,
// or NaNs.
bool bytes_decide(KeyKind kind) {
  switch (kind) {
    case KeyKind::u8:
    case KeyKind::u16:
    case KeyKind::u32:
    case KeyKind::u64:
    case KeyKind::i64:
    case KeyKind::boolean:
    case KeyKind::string:
    case KeyKind::array:
    case KeyKind::owning:
    case KeyKind::big:
    case KeyKind::empty:
    case KeyKind::pointer:
      return true;
    default:
      return false;
  }
}

int host_equal(void* context, mapproof_bytes a, mapproof_bytes b) {
  Host& host = *static_cast<Host*>(context);
  // Most keys that are compared differ: of them nothing more has to be known.
  if (host.bytes_decide && a.data != nullptr && b.data != nullptr && view(a) != view(b) &&
      (view(a) == host.key_image || view(b) == host.key_image)) {
    return 0;
  }
  const std::optional<KeyId> x = host.id_of(a, "host.equal");
  const std::optional<KeyId> y = host.id_of(b, "host.equal");
  if (!x || !y) return 0;
  const KeyClass of_x = key_class(host.kind, x->index);
  const KeyClass of_y = key_class(host.kind, y->index);
  return !of_x.nan && !of_y.nan && of_x.equality == of_y.equality ? 1 : 0;
}
int host_hashable(void* context, mapproof_bytes key) {
  Host& host = *static_cast<Host*>(context);
  const std::optional<KeyId> id = host.id_of(key, "host.hashable");
  return id && !key_class(host.kind, id->index).unhashable ? 1 : 0;
}
std::uint32_t host_random(void* context) { return draw(&static_cast<Host*>(context)->random); }
void* host_allocate(void* context, std::size_t size, std::size_t alignment) {
  const bool sane = alignment != 0 && (alignment & (alignment - 1)) == 0 && size < (1ULL << 40);
  if (!sane) {
    static_cast<Host*>(context)->complain(
        fmt::format("host.allocate asked for {} bytes aligned to {}", size, alignment));
  }
  return static_cast<Host*>(context)->memory.allocate(sane ? size : 64, sane ? alignment : 16);
}
void host_release(void* context, void* memory, std::size_t size, std::size_t) {
  Host& host = *static_cast<Host*>(context);
  if (memory == nullptr) return;
  if (const char* wrong = host.memory.release(memory, size)) host.complain(wrong, true);
}

PortInfo info_of(const mapproof_port_api& api) {
  const auto has = [&api](std::uint32_t feature) { return (api.features & feature) != 0; };
  PortInfo info;
  info.name = api.name;
  info.profile = *profile_named(api.profile);
  info.forces_hashes = has(MAPPROOF_HASHES);
  info.forces_starts = has(MAPPROOF_STARTS);
  info.nan_keys = has(MAPPROOF_NAN_KEYS);
  info.nil_maps = has(MAPPROOF_NIL_MAPS);
  info.erases_in_walk = has(MAPPROOF_ERASE_IN_WALK);
  info.updates_keys = has(MAPPROOF_KEY_UPDATE);
  return info;
}

class CPort final : public Port {
 public:
  explicit CPort(const mapproof_port_api* api) : api_(*api), info_(info_of(*api)) {}
  ~CPort() override { reset(); }

  const PortInfo& info() const override { return info_; }

  bool supports(const MapSpec& spec) const override {
    return api_.supports == nullptr || api_.supports(type(spec.key), type(spec.elem)) != 0;
  }

  void make(const MapSpec& spec) override {
    reset();
    host_.kind = spec.key;
    host_.elem = spec.elem;
    host_.keys = &images(spec.key);
    host_.bytes_decide = bytes_decide(spec.key);
    elems_ = &images(spec.elem);
    host_.hashing = hashing_of(spec);
    host_.random = spec.seed;
    host_.key.reset();
    host_.complaint.clear();
    identity_ = spec.hash == HashMode::identity;
    asked_to_hash_ = 0;
    table_ = {.struct_size = sizeof(mapproof_host),
              .reserved = 0,
              .context = &host_,
              .key = type(spec.key),
              .elem = type(spec.elem),
              .hash = host_hash,
              .equal = host_equal,
              .hashable = host_hashable,
              .random = host_random,
              .allocate = host_allocate,
              .release = host_release,
              .seed = spec.hash0,
              .hint = spec.hint};
    map_ = api_.create(&table_);
    check("create");
    if (map_ == nullptr) {
      throw PortFailure("port/answer", "a map from create", "null" + last_error());
    }
    owner_ = map_;
  }

  // Walks go on over a map that nobody else can reach any more.
  void release() override {
    map_ = nullptr;
    if (owner_ == nullptr) return;
    const bool walked = std::any_of(walks_.begin(), walks_.end(), [](void* w) { return w; });
    if (!walked) destroy();
  }

  PutResult put(KeyId key, std::uint32_t stamp) override {
    elems_->make(stamp, &elem_);
    const mapproof_bytes bytes = image(key);
    status("assign", api_.assign(map_, bytes, span(elem_)));
    if (identity_) residues_ |= std::uint64_t{1} << (key.index % 64);
    ++asked_to_hash_;
    return {};
  }

  Found get(KeyId key) override { return has(key); }
  Found has(KeyId key) override {
    mapproof_bytes elem{nullptr, 0};
    const mapproof_bytes bytes = image(key);
    if (!status("find", api_.find(map_, bytes, &elem), true)) return {};
    const std::optional<std::uint32_t> stamp = stamp_of("find", elem);
    return {.present = true, .stamp = stamp.value_or(0), .torn = !stamp};
  }

  void del(KeyId key) override {
    const mapproof_bytes bytes = image(key);
    status("erase", api_.erase(map_, bytes), true);
    identity_ = false;
    residues_ = 0;
  }

  void clear() override {
    identity_ = false;
    residues_ = 0;
    if (api_.clear == nullptr) return erase_all();
    status("clear", api_.clear(map_));
  }

  std::uint64_t len() override {
    const std::size_t size = api_.size(map_);
    check("size");
    return size;
  }

  Step begin(unsigned slot, const IterStart& start) override {
    drop(slot);
    const mapproof_start where{.bucket = start.bucket, .offset = start.offset};
    walks_[slot] = api_.iterate(map_, start.forced ? &where : nullptr);
    check("iterate");
    if (walks_[slot] == nullptr) {
      throw PortFailure("port/answer", "a walk from iterate", "null" + last_error());
    }
    const Step step = next(slot);
    if (start.forced && !step.end) watch_start(start, step);
    return step;
  }

  Step next(unsigned slot) override {
    mapproof_bytes key{nullptr, 0};
    mapproof_bytes elem{nullptr, 0};
    bool there = false;
    try {
      there = status("next", api_.next(walks_[slot], &key, &elem), true);
    } catch (const MapPanic&) {
      drop(slot);
      throw;
    }
    if (!there) {
      drop(slot);
      Step step;
      step.end = true;
      return step;
    }
    fitting("next", "key", key, host_.keys->size);
    const std::optional<KeyId> id = host_.keys->id(view(key));
    const std::optional<std::uint32_t> stamp = stamp_of("next", elem);
    return {.end = false,
            .torn = !id || !stamp,
            .key = id.value_or(KeyId{}),
            .stamp = stamp.value_or(0)};
  }

  void drop(unsigned slot) override {
    void* walk = std::exchange(walks_[slot], nullptr);
    if (walk == nullptr) return;
    api_.close(walk);
    check("close");
  }

 private:
  static mapproof_type type(KeyKind kind) { return {name(kind).data(), images(kind).size}; }
  static mapproof_type type(ElemKind kind) { return {name(kind).data(), images(kind).size}; }

  mapproof_bytes image(KeyId key) {
    host_.keys->make(key, &key_);
    host_.key = key;
    host_.key_image = {key_.data(), key_.size()};
    return span(key_);
  }

  // For a map without a function of its own.
  void erase_all() {
    std::vector<std::string> keys;
    void* walk = api_.iterate(map_, nullptr);
    mapproof_bytes key{nullptr, 0};
    mapproof_bytes elem{nullptr, 0};
    while (walk != nullptr && api_.next(walk, &key, &elem) == MAPPROOF_YES &&
           keys.size() <= asked_to_hash_) {
      fitting("next", "key", key, host_.keys->size);
      keys.emplace_back(view(key));
    }
    if (walk != nullptr) api_.close(walk);
    for (const std::string& one : keys) {
      status("erase", api_.erase(map_, {one.data(), one.size()}), true);
    }
  }

  // Yes or no; everything else is thrown.
  bool status(const char* function, int answer, bool may_be_no = false) {
    host_.key.reset();
    check(function);
    switch (answer) {
      case MAPPROOF_YES:
        return true;
      case MAPPROOF_NO:
        if (may_be_no) return false;
        break;
      case MAPPROOF_NIL_MAP:
        throw MapPanic(MapPanic::Kind::nil_map, "assignment to entry in nil map");
      case MAPPROOF_UNHASHABLE:
        throw MapPanic(MapPanic::Kind::unhashable, "hash of unhashable type");
      case MAPPROOF_CHANGED:
        throw MapPanic(MapPanic::Kind::changed, "changed during the walk");
      case MAPPROOF_FAILED:
        throw MapPanic(MapPanic::Kind::other, fmt::format("{} failed{}", function, last_error()));
      default:
        break;
    }
    throw PortFailure("port/answer", fmt::format("an answer of mapproof_port.h from {}", function),
                      std::to_string(answer));
  }

  std::string last_error() const {
    const char* words = api_.last_error == nullptr ? nullptr : api_.last_error();
    return words == nullptr || *words == '\0' ? "" : fmt::format(" ({})", words);
  }

  void check(const char* function) {
    if (host_.complaint.empty()) return;
    const std::string words = fmt::format("{}, in {}", host_.complaint, function);
    host_.complaint.clear();
    if (host_.corrupted) throw PortFailure("port/corruption", "memory that stays whole", words);
    throw PortFailure("port/answer", "keys as they were handed over", words);
  }

  static void fitting(const char* function, const char* what, mapproof_bytes bytes,
                      std::size_t size) {
    const bool fits = size == kVariableSize ? bytes.size < (1U << 20) : bytes.size == size;
    if (fits && (bytes.data != nullptr || bytes.size == 0)) return;
    throw PortFailure(
        "port/answer",
        fmt::format("{} to give {} of {} bytes", function, what,
                    size == kVariableSize ? "some" : std::to_string(size)),
        bytes.data == nullptr ? "a null pointer" : fmt::format("{} bytes", bytes.size));
  }
  std::optional<std::uint32_t> stamp_of(const char* function, mapproof_bytes elem) const {
    fitting(function, "an elem", elem, elems_->size);
    return elems_->stamp(view(elem));
  }

  // A walk that begins where it is told begins elsewhere when it is told so. That is certain only
  // where each bucket that it may be sent to holds an entry: with keys of all residues modulo 64,
  // hashed by their number, and nothing erased yet.
  void watch_start(const IterStart& start, const Step& step) {
    constexpr std::size_t kEnough = 6;
    if (!info_.forces_starts || residues_ != ~std::uint64_t{0} || start.bucket >= 64) return;
    if (buckets_.empty()) first_ = step.key.index;
    if (step.key.index != first_) {
      honest_start_ = true;
    }
    buckets_.insert(start.bucket % 8);
    offsets_.insert(start.offset);
    if (honest_start_ || buckets_.size() < kEnough || offsets_.size() < kEnough) return;
    honest_start_ = true;  // said once
    throw PortFailure("port/features", "walks to begin where they are told (MAPPROOF_STARTS)",
                      "the same first entry for each of them");
  }

  void destroy() {
    void* owner = std::exchange(owner_, nullptr);
    const bool never_hashed = info_.forces_hashes && host_.hashing.calls() == 0;
    const char* wrong = host_.memory.check();
    api_.destroy(owner);
    const std::size_t left = host_.memory.blocks();
    const std::size_t bytes = host_.memory.bytes();
    host_.memory.forget();
    if (wrong != nullptr) throw PortFailure("port/corruption", "memory that stays whole", wrong);
    check("destroy");
    if (left != 0) {
      throw PortFailure("port/leak", "all memory back after destroy",
                        fmt::format("{} blocks of {} bytes still out", left, bytes));
    }
    constexpr std::uint64_t kManyPuts = 64;  // a map of few entries may do without hashes
    if (never_hashed && asked_to_hash_ >= kManyPuts) {
      throw PortFailure("port/features", "host.hash to be asked (MAPPROOF_HASHES)",
                        fmt::format("no call in {} puts", asked_to_hash_));
    }
  }

  // Leaves nothing, whatever is wrong with the map that was.
  void reset() {
    map_ = nullptr;
    try {
      for (unsigned slot = 0; slot < kIterators; ++slot) drop(slot);
      if (owner_ != nullptr) destroy();
    } catch (const std::exception&) {
      // it was told, or belongs to a run that ended before
    }
    walks_.fill(nullptr);
    owner_ = nullptr;
    host_.memory.forget();
    host_.complaint.clear();
    residues_ = 0;
    buckets_.clear();
    offsets_.clear();
    honest_start_ = false;
  }

  const mapproof_port_api& api_;
  PortInfo info_;
  Host host_;
  mapproof_host table_{};
  const ElemImages* elems_ = nullptr;
  void* map_ = nullptr;    // null: the nil map
  void* owner_ = nullptr;  // what has to be destroyed
  std::array<void*, kIterators> walks_{};
  Bytes key_;
  Bytes elem_;

  // For what only many operations show.
  std::uint64_t asked_to_hash_ = 0;
  bool identity_ = false;            // hashes are the keys' numbers, and nothing was erased
  std::uint64_t residues_ = 0;       // of the keys put, modulo 64
  std::set<std::uint32_t> buckets_;  // where walks were told to begin
  std::set<std::uint32_t> offsets_;
  std::uint32_t first_ = 0;  // what the first of them gave
  bool honest_start_ = false;
};

}  // namespace

std::string objection(const mapproof_port_api* api) {
  if (api == nullptr) return "mapproof_port() gives null: return the address of a table";
  if (api->version != MAPPROOF_PORT_VERSION) {
    return fmt::format("version {}: this host speaks {}; compile it with this mapproof_port.h",
                       api->version, MAPPROOF_PORT_VERSION);
  }
  if (api->struct_size < sizeof(mapproof_port_api)) {
    return fmt::format("struct_size {}: set it to sizeof(mapproof_port_api), which is {}",
                       api->struct_size, sizeof(mapproof_port_api));
  }
  if (api->name == nullptr || *api->name == '\0') return "no name: set .name";
  if (api->profile == nullptr || !profile_named(api->profile)) {
    return fmt::format("profile {}: set .profile to \"go\", \"std\", \"js\" or \"python\"",
                       api->profile == nullptr ? "null" : api->profile);
  }
  const std::array<std::pair<const char*, bool>, 9> needed = {{{"create", api->create != nullptr},
                                                               {"destroy", api->destroy != nullptr},
                                                               {"size", api->size != nullptr},
                                                               {"find", api->find != nullptr},
                                                               {"assign", api->assign != nullptr},
                                                               {"erase", api->erase != nullptr},
                                                               {"iterate", api->iterate != nullptr},
                                                               {"next", api->next != nullptr},
                                                               {"close", api->close != nullptr}}};
  for (const auto& [function, there] : needed) {
    if (!there) return fmt::format("no function {}: set .{}", function, function);
  }
  return "";
}

const mapproof_port_api* load_port(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  void* symbol = dlsym(library, "mapproof_port");
  if (symbol == nullptr) {
    throw std::runtime_error("it exports no function mapproof_port: see mapproof_port.h");
  }
  const auto* api = reinterpret_cast<decltype(&mapproof_port)>(symbol)();
  if (const std::string why = objection(api); !why.empty()) throw std::runtime_error(why);
  return api;
}

std::unique_ptr<Port> make_c_port(const mapproof_port_api* api) {
  return std::make_unique<CPort>(api);
}

}  // namespace mapproof::doors
