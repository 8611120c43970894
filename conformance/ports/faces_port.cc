#include "conformance/ports/faces_port.h"

#include <array>
#include <bit>
#include <optional>
#include <string>
#include <utility>

#include "conformance/ports/gomap_port_of.h"
#include "conformance/ports/unasked.h"

namespace mapproof {
namespace {

using gomap_adapter::guarded;
using gomap_adapter::HashObserver;

[[noreturn]] void broken(const char* property, const char* expected, const std::string& got) {
  throw PortFailure(
      Verdict{.property = property, .op = 0, .step = 0, .expected = expected, .got = got});
}

// Of what is worth looking at and costs more than an operation: the first, second, fourth, ... .
class NowAndThen {
 public:
  explicit operator bool() { return std::has_single_bit(++n_); }

 private:
  std::uint32_t n_ = 0;
};

class FacesPort final : public gomap_adapter::GomapPort<gomap::maptype>, private HashObserver {
  using Base = gomap_adapter::GomapPort<gomap::maptype>;

 public:
  FacesPort() : Base(gomap::correction::all) { hash_observer_ = this; }
  ~FacesPort() override { drop_all(); }

  void make(const MapSpec& spec) override {
    drop_all();
    while_moving_ = failing_ = {};
    number_ = spec.seed * 7U + spec.hash0 * 3U + static_cast<std::uint32_t>(spec.hint);
    Base::make(spec);
  }

  PutResult put(KeyId id, std::uint32_t stamp) override {
    const Key key(*this, id);
    const gomap::_type& type = t_->elem();
    guarded([&] {
      if (h_ != nullptr && !type.trivial() && failing_) put_without_elem(key.at());
      Elem elem(type);
      elem_.assign(elem.at(), stamp);
      in_hand_ = key.at();
      gomap::reflect_mapassign(*t_, h_, key.at(), elem.at());
    });
    return {};
  }

  Found get(KeyId id) override {
    const Key key(*this, id);
    return guarded([&] {
      void* const zero = elem_.zero();
      const void* const elem = gomap::mapaccess1_fat(*t_, h_, key.at(), zero);
      if (elem == gomap::detail::zero_elem()) {
        broken("access/zero-on-miss", "the zero of the caller", "that of small elems");
      }
      return found(true, elem);
    });
  }

  // Each look-up has its turn.
  Found has(KeyId id) override {
    const Key key(*this, id);
    return guarded([&] {
      const unsigned turn = number_++ % 3;
      if (turn == 0) return by_key(key.at());
      if (turn == 1) {
        const void* const elem = gomap::reflect_mapaccess(*t_, h_, key.at());
        return found(elem != nullptr, elem != nullptr ? elem : elem_.zero());
      }
      const auto [elem, ok] = gomap::mapaccess2_fat(*t_, h_, key.at(), elem_.zero());
      return found(ok, elem);
    });
  }

  void del(KeyId id) override {
    const Key key(*this, id);
    in_hand_ = key.at();
    guarded([&] { gomap::reflect_mapdelete(*t_, h_, key.at()); });
  }

  std::uint64_t len() override {
    const auto len = gomap::reflectlite_maplen(h_);
    if (len != gomap::reflect_maplen(h_)) {
      broken(h_ == nullptr ? "nil/len-zero" : "len/exact", "one length", "two");
    }
    return static_cast<std::uint64_t>(len);
  }

  Step begin(unsigned slot, const IterStart& start) override {
    drop(slot);
    return guarded([&] {
      force(start);
      gomap::hiter*& it = walks_[slot];
      it = gomap::reflect_mapiterinit(*t_, h_);
      if (it->h == nullptr) {
        expect_no_step(it);
      } else {
        check_start(*it, start);
      }
      return entry(gomap::reflect_mapiterkey(it), gomap::reflect_mapiterelem(it));
    });
  }

  Step next(unsigned slot) override {
    return guarded([&] {
      gomap::hiter* const it = walks_[slot];
      gomap::reflect_mapiternext(it);
      return entry(gomap::reflect_mapiterkey(it), gomap::reflect_mapiterelem(it));
    });
  }

  void drop(unsigned slot) override {
    if (walks_[slot] == nullptr) return;
    gomap::hiter_release(*t_, walks_[slot]);
    delete std::exchange(walks_[slot], nullptr);
  }

  std::optional<Standing> standing(unsigned) override { return std::nullopt; }

 protected:
  gomap::hmap* new_map(std::int64_t hint) override {
    unasked(*t_, number_);
    gomap::hmap* const h = gomap::reflect_makemap(*t_, static_cast<std::intptr_t>(hint));
    if (h->buckets != nullptr) {
      auto* const first = static_cast<gomap::bmap*>(h->buckets);
      if (first->keys() != first->key_cell(*t_, 0)) {
        gomap::unref_hmap(*t_, h);
        broken("layout/cell-sizes", "keys behind the tophash bytes", "keys elsewhere");
      }
    }
    return h;
  }

 private:
  // An elem that lives apart from the map.
  class Elem {
   public:
    explicit Elem(const gomap::_type& type) : type_(type) { type.construct(at_); }
    Elem(const Elem&) = delete;
    Elem& operator=(const Elem&) = delete;
    ~Elem() { type_.destroy(at_); }
    void* at() { return at_; }

   private:
    const gomap::_type& type_;
    alignas(16) unsigned char at_[160] = {};
  };
  struct NoCopy {};

  void drop_all() {
    for (unsigned slot = 0; slot < kIterators; slot++) drop(slot);
  }

  // A put that cannot copy its elem is none.
  void put_without_elem(const void* key) {
    Elem elem(t_->elem());
    const auto before = h_->count;
    const auto assign =
        std::exchange(t_->elem_type.assign_, [](void*, const void*) { throw NoCopy(); });
    bool failed = false;
    try {
      gomap::reflect_mapassign(*t_, h_, key, elem.at());
    } catch (const NoCopy&) {
      failed = true;
    } catch (...) {
      t_->elem_type.assign_ = assign;
      throw;
    }
    t_->elem_type.assign_ = assign;
    if (!failed || h_->count != before) {
      broken("except/value-no-insert", "no entry without its elem",
             failed ? "an entry" : "no failure");
    }
  }

  Found by_key(const void* key) {
    // Walks alone use it, which have no key for an empty map; so it does not look at this one.
    if (h_ == nullptr || h_->count == 0) {
      const auto [elem, ok] = gomap::mapaccess2_fat(*t_, h_, key, elem_.zero());
      return found(ok, elem);
    }
    const auto cell = gomap::mapaccessK(*t_, h_, key);
    if (cell.key == nullptr) return found(false, elem_.zero());
    if (!t_->key_equal(key, cell.key)) {
      broken("access/present", "the key that was asked for", "another one");
    }
    return found(true, cell.elem);
  }

  void check_start(const gomap::hiter& it, const IterStart& start) const {
    if (!start.forced) return;
    const auto bucket = start.bucket & gomap::bucketMask(it.B);
    const auto offset = start.offset & (gomap::bucketCnt - 1);
    if (it.startBucket == bucket && it.offset == offset) return;
    broken("iter/start", "a walk that begins where the draw says",
           "one from bucket " + std::to_string(it.startBucket) + ", cell " +
               std::to_string(it.offset));
  }

  static void expect_no_step(gomap::hiter* it) {
    try {
      gomap::reflect_mapiternext(it);
    } catch (const gomap::panic_error&) {
      return;
    }
    broken("reflect/stubs", "a panic, as Go steps no walk over nothing", "a step");
  }

  // ---- what a write hashes while it moves old entries ----

  void before() override {
    if (asking_ || h_ == nullptr || !gomap::has_flag(h_, gomap::hashWriting) || !while_moving_) {
      return;
    }
    asking_ = true;
    const struct Done {
      bool& asking;
      ~Done() { asking = false; }
    } done{asking_};
    refuses("a look-up", "concurrent map read and map write",
            [&] { gomap::mapaccess1(*t_, h_, in_hand_); });
    refuses("a put", "concurrent map writes", [&] { gomap::mapassign(*t_, h_, in_hand_); });
    refuses("a delete", "concurrent map writes", [&] { gomap::mapdelete(*t_, h_, in_hand_); });
    refuses("a clear", "concurrent map writes", [&] { gomap::mapclear(*t_, h_); });
    for (gomap::hiter* it : walks_) {
      if (it == nullptr || it->key == nullptr || it->h != h_) continue;
      refuses("a step of a walk", "concurrent map iteration and map write",
              [&] { gomap::mapiternext(*t_, it); });
      break;
    }
  }
  void after(std::optional<KeyId>, gomap::uintptr, gomap::uintptr) override {}

  template <class Operation>
  void refuses(const char* what, const char* words, Operation&& operation) {
    const auto count = h_->count;
    const auto flags = gomap::flags_now(h_);
    bool refused = false;
    try {
      operation();
    } catch (const gomap::throw_error& fatal) {
      refused = fatal.what() == std::string(words);
    }
    if (refused && h_->count == count && gomap::flags_now(h_) == flags) return;
    broken("threads/write-detected", "a refusal that changes nothing",
           std::string(what) + " in the midst of a write was let in");
  }

  std::array<gomap::hiter*, kIterators> walks_{};
  const void* in_hand_ = nullptr;  // the key of the write under way
  bool asking_ = false;
  std::uint32_t number_ = 0;
  NowAndThen while_moving_;
  NowAndThen failing_;
};

}  // namespace

std::unique_ptr<Port> make_faces_port() { return std::make_unique<FacesPort>(); }

}  // namespace mapproof
