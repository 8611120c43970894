#include "conformance/exhaustion_roots.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>
#include <string_view>

#include "oracle/text.h"

namespace mapproof {
namespace {

const std::string kRootWalk = "iter a bucket=1 offset=1\nnext a\n";

// A map in the making: what leads up to it, and its last operations, which begin the growth if
// there is one.
struct Prepared {
  RootState state;
  std::string_view name;
  int hint;
  std::string before;
  std::string last;
};

std::string lines(std::string_view op, std::initializer_list<std::string_view> keys) {
  std::string text;
  for (const std::string_view key : keys) text += fmt::format("{} {}\n", op, key);
  return text;
}

// Leaves an overflow bucket with one entry behind holes in each of four chains.
// `less`: with one entry fewer in all, so that there is room for another.
std::string four_overflow_buckets(bool less = false) {
  return lines("put", {"0", "4", "8"}) + lines("del", {"0", "4"}) +  //
         lines("del", {less ? "8" : "0"}) + lines("put", {"1", "5", "9"}) +
         lines("del", {"1", "5"}) +                                   //
         lines("put", {"2", "6", "10"}) + lines("del", {"2", "6"}) +  //
         lines("put", {"3", "7", "11"}) + lines("del", {"3", "7"});
}
// The same with one bucket array of two.
std::string two_overflow_buckets() {
  return lines("put", {"0", "2", "4"}) + lines("del", {"0", "2"}) + lines("put", {"1", "3"}) +
         lines("del", {"4"}) + lines("put", {"5"}) + lines("del", {"1", "3"});
}

// The low bits of a key choose its bucket.
std::vector<Prepared> prepared() {
  using enum RootState::Growth;
  const std::string six = lines("put", {"0", "1", "2", "4", "5", "6"});
  const std::string six_with_nans = lines("put", {"nan", "1", "2", "nan", "5", "nan"});
  return {
      {{idle, {}}, "an empty map", 0, "", ""},
      {{idle, {}}, "a full bucket", 0, lines("put", {"0"}), lines("put", {"2"})},
      {{idle, {}}, "a chain of two buckets", 0, lines("put", {"0", "2"}), lines("put", {"4"})},
      {{idle, {}},
       "a chain of three buckets with a hole",
       6,
       lines("put", {"0", "4", "8", "12", "16"}),
       lines("del", {"4"})},
      {{idle, {}}, "NaNs in one chain", 3, lines("put", {"0", "nan"}), lines("put", {"nan"})},
      {{bigger, {0, 1}}, "in mid-growth", 6, six, lines("put", {"8"})},
      {{bigger, {0, 2}}, "in mid-growth", 6, six, lines("put", {"10"})},
      {{bigger, {0, 3}}, "in mid-growth", 6, six, lines("put", {"7"})},
      {{bigger, {0, 1, 2}}, "in mid-growth", 6, six, lines("put", {"8", "8"})},
      {{bigger, {0, 2}}, "in mid-growth with NaNs", 6, six_with_nans, lines("put", {"10"})},
      {{same_size, {0, 1}},
       "in mid-growth of the same size",
       6,
       four_overflow_buckets(),
       lines("put", {"0"})},
      {{same_size, {0, 2}},
       "in mid-growth of the same size",
       6,
       four_overflow_buckets(),
       lines("put", {"2"})},
      {{same_size, {0, 1, 2}},
       "in mid-growth of the same size",
       6,
       four_overflow_buckets(),
       lines("put", {"0", "0"})},
      {{same_size, {0, 2}},
       "in mid-growth of the same size with a NaN",
       6,
       "put nan\n" + four_overflow_buckets(true),
       lines("put", {"2"})},
      {{idle, {}},
       "after two growths of the same size",
       3,
       two_overflow_buckets() + "put 0\n" + lines("del", {"5", "0"}) + two_overflow_buckets(),
       lines("put", {"2"})},
  };
}

Root root(const Variant& variant, const Prepared& map, std::string_view walk,
          const std::string& operations) {
  const std::string hint = map.hint == 0 ? "" : fmt::format(" hint={}", map.hint);
  const std::string text = fmt::format("map {}{}\n{}", variant.types, hint, operations);
  auto program = parse(text);
  if (const auto* error = std::get_if<TextError>(&program)) {
    throw std::logic_error(fmt::format("root \"{}\": {}", map.name, error->message()));
  }
  std::string name(map.name);
  if (!map.state.evacuated.empty()) {
    name += fmt::format(", {} evacuated", fmt::join(map.state.evacuated, " and "));
  }
  name += walk;
  return {std::move(name), map.state, std::get<Program>(std::move(program))};
}

}  // namespace

const std::vector<Variant>& variants() {
  static const std::vector<Variant> all{
      {"floats", "f64 u64", {0, 1, 2, kNaN}},
      {"zeros of both signs", "f64 u64", {0, kNegativeZero, 2, kNaN}},
      {"elems that own memory", "f64 str", {0, 1, 2, kNaN}},
      {"elems without size", "f64 empty", {0, 1, 2, kNaN}},
      {"keys and elems stored apart", "bigfloat big", {0, 1, 2, kNaN}},
  };
  return all;
}

std::vector<Root> roots(const Variant& variant) {
  std::vector<Root> all;
  for (const Prepared& map : prepared()) {
    all.push_back(root(variant, map, "", map.before + map.last));
    if (map.before.empty()) continue;
    all.push_back(root(variant, map, ", under an older walk", map.before + kRootWalk + map.last));
    all.push_back(
        root(variant, map, ", with a walk begun then", map.before + map.last + kRootWalk));
  }
  return all;
}

std::vector<Root> one_root_a_map(const Variant& variant) {
  std::vector<Root> some;
  std::vector<Root> all = roots(variant);
  // The three roots of a map stand together; they are taken in turn.
  for (std::size_t i = 0, map = 0; i < all.size(); map++) {
    const std::size_t choices = i == 0 ? 1 : 3;
    some.push_back(std::move(all[i + map % choices]));
    i += choices;
  }
  return some;
}

}  // namespace mapproof
