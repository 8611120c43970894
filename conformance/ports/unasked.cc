#include "conformance/ports/unasked.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "gomap/grow.h"
#include "gomap/make.h"
#include "gomap/random.h"
#include "gomap/reflect.h"
#include "oracle/port.h"

namespace mapproof {
namespace {

void require(bool holds, const char* property, const char* expected, const char* got) {
  if (holds) return;
  throw PortFailure(
      Verdict{.property = property, .op = 0, .step = 0, .expected = expected, .got = got});
}

class Made {
 public:
  Made(const gomap::maptype& t, gomap::hmap* h) : t_(t), h_(h) {}
  Made(const Made&) = delete;
  Made& operator=(const Made&) = delete;
  ~Made() { gomap::unref_hmap(t_, h_); }
  gomap::hmap* operator->() const { return h_; }
  gomap::hmap* get() const { return h_; }

 private:
  const gomap::maptype& t_;
  gomap::hmap* h_;
};

void seeds(const gomap::maptype& t, std::uint32_t number) {
  const std::uint32_t drawn = number * 0x9e3779b9U | 1U;
  const char* const expected = "the seed that was drawn";
  gomap::thread_random().force(drawn);
  require(Made(t, gomap::makemap_small())->hash0 == drawn, "hash/seed", expected,
          "another one in a map without a hint");
  gomap::thread_random().force(drawn);
  require(Made(t, gomap::makemap(t, 9, nullptr))->hash0 == drawn, "hash/seed", expected,
          "another one in a map with a hint");
}

// The first is more than an address space holds, whatever the type; the others overflow somewhere.
void hints(const gomap::maptype& t, std::uint32_t number) {
  constexpr std::int64_t kBeyond = std::int64_t{1} << 50;
  const std::array<std::int64_t, 4> absurd = {kBeyond + 100, -kBeyond, std::int64_t{1} << 62, -1};
  const std::int64_t hint = absurd[number % absurd.size()];
  require(Made(t, gomap::makemap64(t, hint, nullptr))->B == 0, "make/hint-bogus", "no hint",
          "buckets for an absurd one");
}

bool refused(const gomap::maptype& t) {
  try {
    Made(t, gomap::reflect_makemap(t, 0));
  } catch (const gomap::throw_error&) {
    return true;
  }
  return false;
}

// A descriptor that breaks one rule.
void descriptors(const gomap::maptype& t, std::uint32_t number) {
  gomap::maptype broken = t;
  switch (number % 6) {
    case 0:
      broken.key_type.equal = nullptr;
      break;
    case 1:
      ++broken.keysize_;
      break;
    case 2:
      ++broken.elemsize_;
      break;
    case 3:
      broken.key_type.align_ = 16;
      break;
    case 4:  // no multiple of 8, and of a size that its cell has
      broken.key_type.size_ = broken.keysize_ = 12;
      broken.key_type.align_ = 8;
      broken.flags &= ~gomap::flag_indirectkey;
      break;
    default:
      broken.elem_type.size_ = broken.elemsize_ = 12;
      broken.elem_type.align_ = 8;
      broken.flags &= ~gomap::flag_indirectelem;
  }
  require(refused(broken), "reflect/refusals", "a refusal", "a map of a type that breaks a rule");
}

// In maps of 2^16 buckets and more.
void overflow_counts(std::uint32_t number) {
  const auto B = static_cast<std::uint8_t>(16 + number % 8);
  gomap::hmap h;
  h.B = B;
  for (unsigned bit = 0; bit < 32; bit++) {
    const std::uint16_t before = h.noverflow;
    gomap::thread_random().force(std::uint32_t{1} << bit);
    gomap::incrnoverflow(&h);
    const bool counts = bit >= B - 15U;
    require(h.noverflow - before == (counts ? 1 : 0), "layout/noverflow",
            "one of 2^(B-15) overflow buckets counted", "another share");
  }
  const auto limit = static_cast<std::uint16_t>(1U << std::min(number % 32, 15U));
  const auto of = static_cast<std::uint8_t>(number % 32);
  require(gomap::tooManyOverflowBuckets(limit, of) &&
              !gomap::tooManyOverflowBuckets(static_cast<std::uint16_t>(limit - 1), of),
          "grow/same-size-trigger", "as many overflow buckets as buckets, or 2^15, are too many",
          "another limit");
}

// A growth of 2048 buckets of which the first is evacuated last.
void mark(const gomap::maptype& t) {
  const Made h(t, gomap::makemap(t, 8000, nullptr));
  gomap::hashGrow(t, h.get());
  for (gomap::uintptr i = 1; i < gomap::noldbuckets(h.get()); i++) {
    gomap::bucket_at(t, h->oldbuckets, i)->tophash[0] = gomap::evacuatedEmpty;
  }
  gomap::evacuate(t, h.get(), 0);
  require(h->growing() && h->nevacuate == 1025, "grow/progress",
          "1024 old buckets passed at once, and no more", "another number");
}

}  // namespace

void unasked(const gomap::maptype& t, std::uint32_t number) {
  seeds(t, number);
  hints(t, number);
  descriptors(t, number);
  overflow_counts(number);
  if (number % 16 == 7) mark(t);  // half a megabyte, so not with the plainest of specifications
}

}  // namespace mapproof
