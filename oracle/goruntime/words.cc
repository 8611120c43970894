#include "oracle/goruntime/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace mapproof::go {
namespace {

class Reader {
 public:
  Reader(const std::uint64_t* words, std::size_t n) : at_(words), end_(words + n) {}
  std::uint64_t next() {
    if (at_ == end_) throw std::runtime_error("a layout of a map that ends too early");
    return *at_++;
  }
  // A number of things of which each takes a word or more.
  std::uint64_t count() {
    const std::uint64_t n = next();
    if (n > static_cast<std::uint64_t>(end_ - at_)) {
      throw std::runtime_error(fmt::format("a layout of a map that claims {} parts", n));
    }
    return n;
  }
  bool done() const { return at_ == end_; }

 private:
  const std::uint64_t* at_;
  const std::uint64_t* end_;
};

Bucket read_bucket(Reader& in) {
  Bucket bucket;
  bucket.tophash = in.next();
  for (std::uint64_t& key : bucket.keys) key = in.next();
  for (std::uint64_t& elem : bucket.elems) elem = in.next();
  bucket.link = in.next();
  return bucket;
}

Array read_array(Reader& in) {
  Array array;
  array.base = in.count();
  array.all = in.count();
  for (std::uint64_t i = 0; i < array.all; ++i) array.buckets.push_back(read_bucket(in));
  while (in.next() != 0) array.buckets.push_back(read_bucket(in));
  if (array.base == 0 || array.base > array.all) {
    throw std::runtime_error(
        fmt::format("a layout of a map with {} of {} buckets", array.base, array.all));
  }
  for (const Bucket& bucket : array.buckets) {
    const std::uint64_t to = bucket.link;
    const bool spare = to > array.base && to <= array.all;
    if (!spare && to != kLinkNone && to != kLinkHeap && to != kLinkForeign) {
      throw std::runtime_error(fmt::format("a layout of a map with a link to {}", to));
    }
  }
  return array;
}

List read_list(Reader& in) {
  std::uint64_t length = in.count();
  if (length-- == 0) return std::nullopt;
  List list(std::in_place);
  for (; length > 0; --length) {
    const std::uint64_t place = in.next();
    list->push_back({place, in.next()});
  }
  return list;
}

constexpr std::uint8_t byte_of(std::uint64_t word, unsigned n) {
  return static_cast<std::uint8_t>(word >> (8 * n));
}

Walk read_walk(Reader& in) {
  Walk walk;
  walk.start_bucket = in.next();
  const std::uint64_t fields = in.next();
  walk.offset = byte_of(fields, 0);
  walk.wrapped = byte_of(fields, 1) != 0;
  walk.B = byte_of(fields, 2);
  walk.i = byte_of(fields, 3);
  walk.bucket = in.next();
  walk.check_bucket = in.next();
  const std::uint64_t which = in.next();
  walk.array = byte_of(which, 0);
  walk.overflow = byte_of(which, 1);
  walk.oldoverflow = byte_of(which, 2);
  if (const std::uint64_t place = in.next(); place != 0) {
    walk.place = place;
    walk.tophash = in.next();
  }
  return walk;
}

void read_map(Reader& in, Layout& layout) {
  layout.nil = false;
  layout.count = in.next();
  const std::uint64_t fields = in.next();
  layout.flags = byte_of(fields, 0);
  layout.B = byte_of(fields, 1);
  if (layout.B >= 64) {
    throw std::runtime_error(fmt::format("a layout of a map with 2^{} buckets", layout.B));
  }
  layout.noverflow = static_cast<std::uint16_t>(fields >> 16);
  layout.hash0 = static_cast<std::uint32_t>(fields >> 32);
  layout.nevacuate = in.next();
  const std::uint64_t shape = in.next();
  layout.next_overflow = shape >> 8;
  layout.has_extra = (shape & 4) != 0;
  if ((shape & 1) != 0) layout.current = read_array(in);
  if ((shape & 2) != 0) layout.old = read_array(in);
  if (layout.has_extra) {
    layout.overflow = read_list(in);
    layout.oldoverflow = read_list(in);
  }
}

}  // namespace

Layout read_layout(const std::uint64_t* words, std::size_t n) {
  Reader in(words, n);
  Layout layout;
  layout.calls = in.next();
  layout.log = in.next();
  if (in.next() != 0) read_map(in, layout);
  for (auto& walk : layout.walks) {
    if (in.next() != 0) walk = read_walk(in);
  }
  if (!in.done()) throw std::runtime_error("a layout of a map that goes on behind its end");
  return layout;
}

std::optional<KeyId> key_of(KeyKind kind, std::uint64_t word) {
  const KeyId id{static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32)};
  if (id.index >= domain_size(kind)) return std::nullopt;
  return id;
}

// ---- as a picture ----

namespace {

class Painter {
 public:
  Painter(const Layout& layout, const MapSpec& spec, Hashing hashing)
      : layout_(layout), spec_(spec), hashing_(std::move(hashing)) {}

  ArrayView array(const Array& from) {
    ArrayView view;
    view.base = static_cast<std::uint32_t>(from.base);
    for (std::size_t i = 0; i < from.buckets.size(); ++i) {
      view.buckets.push_back(bucket(from.buckets[i]));
      view.buckets.back().origin = i < from.base  ? BucketOrigin::base
                                   : i < from.all ? BucketOrigin::spare
                                                  : BucketOrigin::heap;
    }
    link(from, view);
    return view;
  }

 private:
  BucketView bucket(const Bucket& from) {
    BucketView view;
    for (unsigned i = 0; i < 8; ++i) {
      CellView& cell = view.cells[i];
      cell.tophash = byte_of(from.tophash, i);
      const std::uint64_t elem = from.elems[i] == kNil ? 0 : from.elems[i];
      cell.elem_zero = elem == 0;
      if (cell.tophash <= cell_state::kEmptyOne || cell.tophash == cell_state::kEvacuatedEmpty) {
        continue;
      }
      cell.key = key_of(spec_.key, from.keys[i]);
      if (elem != kTorn) cell.stamp = static_cast<std::uint32_t>(elem);
      if (cell.tophash < cell_state::kMinTopHash || !cell.key) continue;
      const KeyClass c = key_class(spec_.key, cell.key->index);
      if (!c.nan && !c.unhashable) cell.hash = hashing_(cell.key->index, layout_.hash0);
    }
    return view;
  }

  // Heap buckets stand in the order in which the chains lead to them.
  static void link(const Array& from, ArrayView& view) {
    auto heap = static_cast<std::int32_t>(from.all);
    std::vector<bool> reached(from.buckets.size());
    for (std::size_t i = 0; i < from.base; ++i) {
      std::size_t at = i;
      for (std::size_t n = 0; n < from.buckets.size(); ++n) {
        reached[at] = true;
        const std::uint64_t to = from.buckets[at].link;
        view.buckets[at].foreign_overflow = to == kLinkForeign;
        if (to == kLinkNone || to == kLinkForeign) break;
        const std::int32_t next = to == kLinkHeap ? heap++ : static_cast<std::int32_t>(to - 1);
        if (static_cast<std::size_t>(next) >= view.buckets.size()) break;
        view.buckets[at].overflow = next;
        at = static_cast<std::size_t>(next);
      }
    }
    // What a chain that was cut off still holds together. Its buckets of the heap are not told.
    for (std::size_t i = from.base; i < from.all; ++i) {
      if (reached[i]) continue;
      const std::uint64_t to = from.buckets[i].link;
      view.buckets[i].foreign_overflow = to == kLinkForeign || to == kLinkHeap;
      if (to > from.base && to <= from.all) {
        view.buckets[i].overflow = static_cast<std::int32_t>(to - 1);
      }
    }
  }

  const Layout& layout_;
  const MapSpec& spec_;
  Hashing hashing_;
};

}  // namespace

Snapshot as_snapshot(const Layout& layout, const MapSpec& spec, Hashing hashing) {
  Snapshot snapshot;
  if (layout.nil) return snapshot;
  snapshot.count = layout.count;
  snapshot.flags = layout.flags;
  snapshot.B = layout.B;
  snapshot.noverflow = layout.noverflow;
  snapshot.hash0 = layout.hash0;
  snapshot.nevacuate = layout.nevacuate;
  constexpr std::uint64_t kFarAway = std::numeric_limits<std::int32_t>::max();
  if (layout.next_overflow != 0) {
    snapshot.next_overflow =
        static_cast<std::int32_t>(std::min(layout.next_overflow - 1, kFarAway));
  }
  Painter painter(layout, spec, std::move(hashing));
  if (layout.current) snapshot.current = painter.array(*layout.current);
  if (layout.old) snapshot.old = painter.array(*layout.old);
  return snapshot;
}

// ---- differences ----

namespace {

// Looks for the first difference; what comes after that is not looked at.
class Comparison {
 public:
  explicit Comparison(KeyKind kind) : kind_(kind) {}
  const std::string& words() const { return words_; }

  template <typename T>
  void number(std::string_view what, const T& ours, const T& theirs) {
    if (words_.empty() && ours != theirs) say(what, std::to_string(ours), std::to_string(theirs));
  }

  void header(const Layout& x, const Layout& y) {
    number("the map's being nil", x.nil, y.nil);
    number("count", x.count, y.count);
    number("B", x.B, y.B);
    number("flags", x.flags, y.flags);
    number("noverflow", x.noverflow, y.noverflow);
    number("nevacuate", x.nevacuate, y.nevacuate);
    number("hash0", x.hash0, y.hash0);
    number("having buckets", x.current.has_value(), y.current.has_value());
    number("being in a growth", x.old.has_value(), y.old.has_value());
    number("the number of hasher calls", x.calls, y.calls);
    number("the order of hasher calls (its digest)", x.log, y.log);
    number("having extra", x.has_extra, y.has_extra);
    number("1 + the index of nextOverflow", x.next_overflow, y.next_overflow);
  }

  void array(std::string_view name, const std::optional<Array>& x, const std::optional<Array>& y) {
    if (!x || !y) return;
    number(fmt::format("the number of buckets of the {} array", name), x->base, y->base);
    number(fmt::format("that number with spare ones of the {} array", name), x->all, y->all);
    for (std::size_t i = 0; i < x->buckets.size() && i < y->buckets.size(); ++i) {
      bucket(fmt::format("{} array, bucket {}{}", name, i, i < x->all ? "" : " (heap)"),
             x->buckets[i], y->buckets[i]);
    }
    number(fmt::format("the number of buckets that chains of the {} array lead to", name),
           x->buckets.size(), y->buckets.size());
  }

  void list(std::string_view name, const List& x, const List& y) {
    number(fmt::format("there being a list extra.{}", name), x.has_value(), y.has_value());
    if (!x || !y) return;
    number(fmt::format("the length of extra.{}", name), x->size(), y->size());
    for (std::size_t i = 0; i < x->size() && i < y->size(); ++i) {
      number(fmt::format("extra.{}[{}]", name, i), (*x)[i].place, (*y)[i].place);
      number(fmt::format("extra.{}[{}].tophash", name, i), (*x)[i].tophash, (*y)[i].tophash);
    }
  }

  void walk(unsigned slot, const std::optional<Walk>& x, const std::optional<Walk>& y) {
    const auto name = [slot](std::string_view field) {
      return fmt::format("{} of iterator {}", field, static_cast<char>('a' + slot));
    };
    number(name("being under way"), x.has_value(), y.has_value());
    if (!x || !y) return;
    number(name("startBucket"), x->start_bucket, y->start_bucket);
    number(name("offset"), x->offset, y->offset);
    number(name("B"), x->B, y->B);
    number(name("wrapped"), x->wrapped, y->wrapped);
    number(name("bucket"), x->bucket, y->bucket);
    number(name("i"), x->i, y->i);
    number(name("checkBucket"), x->check_bucket, y->check_bucket);
    number(name("the array (1 current, 2 old, 3 an earlier one)"), x->array, y->array);
    number(name("the list overflow (0 none, 1 current, 2 old, 3 an earlier one)"), x->overflow,
           y->overflow);
    number(name("the list oldoverflow"), x->oldoverflow, y->oldoverflow);
    number(name("the place of bptr"), x->place.value_or(0), y->place.value_or(0));
    number(name("the tophash bytes at bptr"), x->tophash, y->tophash);
  }

 private:
  void say(std::string_view what, const std::string& ours, const std::string& theirs) {
    words_ = fmt::format("{} is {}, Go has {}", what, ours, theirs);
  }

  void bucket(const std::string& name, const Bucket& x, const Bucket& y) {
    for (unsigned i = 0; i < 8 && words_.empty(); ++i) {
      const std::string cell = fmt::format("{}, cell {}: ", name, i);
      if (byte_of(x.tophash, i) != byte_of(y.tophash, i)) {
        say(cell + "tophash", state(byte_of(x.tophash, i)), state(byte_of(y.tophash, i)));
      } else if (x.keys[i] != y.keys[i]) {
        say(cell + "the key", key(x.keys[i]), key(y.keys[i]));
      } else if (x.elems[i] != y.elems[i]) {
        say(cell + "the elem", elem(x.elems[i]), elem(y.elems[i]));
      }
    }
    if (words_.empty() && x.link != y.link) {
      say(name + ": the overflow link", link(x.link), link(y.link));
    }
  }

  static std::string state(std::uint8_t tophash) {
    static constexpr const char* kStates[] = {"emptyRest", "emptyOne", "evacuatedX", "evacuatedY",
                                              "evacuatedEmpty"};
    return tophash < std::size(kStates) ? kStates[tophash] : fmt::format("{:#04x}", tophash);
  }
  std::string key(std::uint64_t word) const {
    if (word == kTorn || word == kNil) return elem(word);
    const auto index = static_cast<std::uint32_t>(word);
    std::string text =
        index < domain_size(kind_) ? key_text(kind_, index) : fmt::format("#{}", index);
    if (word >> 32 != 0) text += fmt::format(" (of stamp {})", word >> 32);
    return text;
  }
  static std::string elem(std::uint64_t word) {
    if (word == kTorn) return "torn";
    return word == kNil ? "none" : fmt::format("stamp {}", word);
  }
  static std::string link(std::uint64_t link) {
    if (link == kLinkNone) return "nil";
    if (link == kLinkHeap) return "a bucket of the heap";
    if (link == kLinkForeign) return "a mark";
    return fmt::format("spare bucket {}", link - 1);
  }

  KeyKind kind_;
  std::string words_;
};

}  // namespace

std::string first_difference(const Layout& ours, const Layout& theirs, KeyKind kind) {
  Comparison compare(kind);
  compare.header(ours, theirs);
  compare.array("current", ours.current, theirs.current);
  compare.array("old", ours.old, theirs.old);
  compare.list("overflow", ours.overflow, theirs.overflow);
  compare.list("oldoverflow", ours.oldoverflow, theirs.oldoverflow);
  for (unsigned slot = 0; slot < kIterators; ++slot) {
    compare.walk(slot, ours.walks[slot], theirs.walks[slot]);
  }
  return compare.words();
}

}  // namespace mapproof::go
