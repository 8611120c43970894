#include "conformance/shrink.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

namespace mapproof {
namespace {

// ---- what is simpler ----

// Simpler operations come first; it matters only between operations that can replace one another.
std::uint64_t rank(OpCode code) {
  switch (code) {
    case OpCode::put:
    case OpCode::get:
    case OpCode::del:
    case OpCode::next:
    case OpCode::iter:
      return 0;
    case OpCode::has:
    case OpCode::drain:
    case OpCode::iter_any:
      return 1;
    default:
      return 2;
  }
}

std::uint64_t rank(HashMode mode) {
  static constexpr std::array<HashMode, kHashModes> kSimplestFirst = {
      HashMode::identity, HashMode::constant, HashMode::low,
      HashMode::top,      HashMode::table,    HashMode::strong};
  return static_cast<std::uint64_t>(std::find(kSimplestFirst.begin(), kSimplestFirst.end(), mode) -
                                    kSimplestFirst.begin());
}

std::uint64_t rank(KeyKind kind) {
  return kind == KeyKind::u64 ? 0 : 1 + static_cast<std::uint64_t>(kind);
}
std::uint64_t rank(ElemKind kind) {
  return kind == ElemKind::u64 ? 0 : 1 + static_cast<std::uint64_t>(kind);
}

// Compared from left to right. Every step of the shrinker lowers it: that is why it ends.
using Cost = std::array<std::uint64_t, 13>;

Cost cost(const Program& program) {
  const auto sum = [&program](auto part) {
    std::uint64_t total = 0;
    for (const Op& op : program.ops) total += part(op);
    return total;
  };
  const MapSpec& spec = program.spec;
  std::uint64_t hash_values = 0;
  for (const KeyHash& hash : spec.hashes) hash_values += hash.low + hash.top;
  return {program.ops.size(),
          sum([](const Op& op) { return rank(op.code); }),
          sum([](const Op& op) { return std::uint64_t{op.n}; }),
          sum([](const Op& op) { return std::uint64_t{op.key}; }),
          sum([](const Op& op) { return std::uint64_t{op.slot}; }),
          sum([](const Op& op) { return std::uint64_t{op.bucket} + op.offset; }),
          rank(spec.hash),
          spec.hashes.size(),
          hash_values,
          rank(spec.key),
          rank(spec.elem),
          static_cast<std::uint64_t>(spec.hint),  // bogus negative ones are huge
          std::uint64_t{spec.hash0} + spec.seed};
}

// Smaller values worth trying, the boldest first.
template <typename T>
std::vector<T> smaller(T value, T least) {
  std::vector<T> values;
  for (T distance = static_cast<T>(value - least); distance != 0;
       distance = static_cast<T>(distance / 2)) {
    values.push_back(static_cast<T>(value - distance));
  }
  return values;
}

// ---- the shrinker ----

class Shrinker {
 public:
  Shrinker(const Program& program, const std::function<bool(const Program&)>& still_fails)
      : best_(program), still_fails_(still_fails) {
    best_.expect.clear();
    best_.notes.clear();
    cost_ = cost(best_);
    stats_.ops_before = best_.ops.size();
  }

  void work() {
    Cost before;
    do {
      before = cost_;
      ++stats_.rounds;
      drop_chunks();
      merge_bursts();
      drop_pairs();
      simplify_spec();
      replace_bursts();
      scale_down();
      lower_counts();
      lower_counts_together();
      rename_keys();
      lower_keys();
      rename_slots();
      lower_starts();
    } while (cost_ < before);
    stats_.ops_after = best_.ops.size();
  }

  Program& best() { return best_; }
  const ShrinkStats& stats() const { return stats_; }

 private:
  // As many operations may be looked at two by two.
  static constexpr std::size_t kFew = 24;

  // Takes the candidate if it is simpler, valid, and still fails.
  bool take(const Program& candidate) {
    const Cost its_cost = cost(candidate);
    if (!(its_cost < cost_) || !invalid(candidate).empty()) return false;
    ++stats_.runs;
    if (!still_fails_(candidate)) return false;
    best_ = candidate;
    cost_ = its_cost;
    return true;
  }

  template <typename Change>
  bool try_change(Change change) {
    Program candidate = best_;
    change(candidate);
    return take(candidate);
  }

  template <typename Change>
  bool try_op(std::size_t at, Change change) {
    return try_change([&](Program& program) { change(program.ops[at]); });
  }

  bool drop(std::size_t from, std::size_t count) {
    return try_change([&](Program& program) {
      const auto first = program.ops.begin() + static_cast<std::ptrdiff_t>(from);
      program.ops.erase(first, first + static_cast<std::ptrdiff_t>(count));
    });
  }

  // From the end: later operations lean on earlier ones, hardly ever the other way round. Ends with
  // single operations, again until none of them can go.
  void drop_chunks() {
    std::size_t chunk = std::max<std::size_t>(1, best_.ops.size() / 2);
    while (true) {
      bool dropped = false;
      for (std::size_t end = best_.ops.size(); end > 0;) {
        const std::size_t count = std::min(chunk, end);
        end -= count;
        dropped = drop(end, count) || dropped;
        end = std::min(end, best_.ops.size());
      }
      if (chunk == 1 && !dropped) return;
      chunk = std::max<std::size_t>(1, chunk / 2);
    }
  }

  // One burst instead of two: what takes so and so many entries in chains of their own takes as
  // many in one chain.
  void merge_bursts() {
    for (std::size_t at = 0; at < best_.ops.size(); ++at) {
      for (std::size_t with = 0; with < best_.ops.size() && best_.ops.size() <= kFew; ++with) {
        if (merge(at, with) && with < at) --at;
      }
    }
  }

  bool merge(std::size_t at, std::size_t with) {
    const Op& one = best_.ops[at];
    const Op& other = best_.ops[with];
    const bool bursts = one.n != 0 && one.code == other.code && one.code != OpCode::next;
    const unsigned sum = unsigned{one.n} + other.n;
    if (at == with || !bursts || sum > kMaxBurst) return false;
    return try_change([&](Program& program) {
      program.ops[at].n = static_cast<std::uint16_t>(sum);
      program.ops.erase(program.ops.begin() + static_cast<std::ptrdiff_t>(with));
    });
  }

  // What fills and what empties can often go together, and neither of them alone.
  void drop_pairs() {
    for (std::size_t second = best_.ops.size(); second-- > 1 && best_.ops.size() <= kFew;) {
      for (std::size_t first = second; first-- > 0;) {
        const bool gone = try_change([&](Program& program) {
          program.ops.erase(program.ops.begin() + static_cast<std::ptrdiff_t>(second));
          program.ops.erase(program.ops.begin() + static_cast<std::ptrdiff_t>(first));
        });
        if (!gone) continue;
        second = std::min(second - 1, best_.ops.size());
        break;
      }
    }
  }

  void simplify_spec() {
    for (const HashMode mode :
         {HashMode::identity, HashMode::constant, HashMode::low, HashMode::top, HashMode::table}) {
      const bool taken = try_change([mode](Program& program) {
        program.spec.hash = mode;
        if (mode != HashMode::table) program.spec.hashes.clear();
      });
      if (taken) break;
    }
    simplify_hashes();
    for (std::size_t kind = 0; kind < kKeyKinds; ++kind) {
      const auto which = kind == 0 ? KeyKind::u64 : static_cast<KeyKind>(kind - 1);
      if (try_change([which](Program& program) { program.spec.key = which; })) break;
    }
    for (std::size_t kind = 0; kind < kElemKinds; ++kind) {
      const auto which = kind == 0 ? ElemKind::u64 : static_cast<ElemKind>(kind - 1);
      if (try_change([which](Program& program) { program.spec.elem = which; })) break;
    }
    if (best_.spec.hint < 0) try_change([](Program& program) { program.spec.hint = 0; });
    for (const std::int64_t hint :
         smaller<std::int64_t>(std::max<std::int64_t>(best_.spec.hint, 0), 0)) {
      if (try_change([hint](Program& program) { program.spec.hint = hint; })) break;
    }
    try_change([](Program& program) { program.spec.hash0 = 0; });
    try_change([](Program& program) { program.spec.seed = 0; });
  }

  void simplify_hashes() {
    for (std::size_t at = best_.spec.hashes.size(); at-- > 0;) {
      const bool gone = try_change([at](Program& program) {
        program.spec.hashes.erase(program.spec.hashes.begin() + static_cast<std::ptrdiff_t>(at));
      });
      if (gone) continue;
      constexpr decltype(KeyHash::low) kLeast = 0;
      for (const auto low : smaller(best_.spec.hashes[at].low, kLeast)) {
        if (try_change([&](Program& program) { program.spec.hashes[at].low = low; })) break;
      }
      try_change([at](Program& program) { program.spec.hashes[at].top = 0; });
    }
  }

  // A burst of one is the plain operation.
  void replace_bursts() {
    static const std::map<OpCode, OpCode> kPlain = {
        {OpCode::fill, OpCode::put},     {OpCode::touch, OpCode::put},
        {OpCode::putrange, OpCode::put}, {OpCode::empty, OpCode::del},
        {OpCode::delrange, OpCode::del}, {OpCode::has, OpCode::get}};
    for (std::size_t at = 0; at < best_.ops.size(); ++at) {
      const auto plain = kPlain.find(best_.ops[at].code);
      if (plain != kPlain.end()) {
        try_op(at, [&](Op& op) {
          op.code = plain->second;
          op.n = 0;
        });
      } else if (best_.ops[at].code == OpCode::drain) {
        try_op(at, [](Op& op) {
          op.code = OpCode::next;
          op.n = 1;
        });
      } else if (best_.ops[at].code == OpCode::iter_any) {
        try_op(at, [](Op& op) { op.code = OpCode::iter; });
      }
    }
  }

  void lower_counts() {
    for (std::size_t at = 0; at < best_.ops.size(); ++at) {
      while (best_.ops[at].n > 1 && lower_count(at)) {
      }
    }
  }

  // A smaller map fills up sooner: the hint and all counts alike.
  void scale_down() {
    struct Fraction {
      unsigned of, in;
    };
    for (const Fraction part : {Fraction{1, 2}, {2, 3}, {3, 4}}) {
      for (const unsigned more : {0U, 1U}) {
        const auto scaled = [&](auto n) {
          const auto less = (static_cast<std::uint64_t>(n) * part.of + part.in - 1) / part.in;
          return std::min(n, static_cast<decltype(n)>(less + more));
        };
        try_change([&](Program& program) {
          if (program.spec.hint > 0) program.spec.hint = scaled(program.spec.hint);
          for (Op& op : program.ops) op.n = op.n > 1 ? scaled(op.n) : op.n;
        });
      }
    }
  }

  // As many entries less in two bursts, such as one that fills and one that empties.
  void lower_counts_together() {
    if (best_.ops.size() > kFew) return;
    for (std::size_t second = 1; second < best_.ops.size(); ++second) {
      for (std::size_t first = 0; first < second; ++first) {
        while (lower_both(first, second)) {
        }
      }
    }
  }

  bool lower_both(std::size_t first, std::size_t second) {
    const std::uint16_t most = std::min(best_.ops[first].n, best_.ops[second].n);
    if (most == 0) return false;
    for (const std::uint16_t left : smaller<std::uint16_t>(most, 1)) {
      const int less = most - left;
      const bool taken = try_change([&](Program& program) {
        for (const std::size_t at : {first, second}) {
          program.ops[at].n = static_cast<std::uint16_t>(program.ops[at].n - less);
        }
      });
      if (taken) return true;
    }
    return false;
  }

  bool lower_count(std::size_t at) {
    for (const std::uint16_t n : smaller<std::uint16_t>(best_.ops[at].n, 1)) {
      if (try_op(at, [n](Op& op) { op.n = n; })) return true;
    }
    return false;
  }

  // The same key in every operation that names it, so that what belongs together stays together.
  void rename_keys() {
    std::set<std::uint16_t> keys;
    for (const Op& op : best_.ops) keys.insert(op.key);
    for (const std::uint16_t key : keys) {
      const auto rename_to = [&](std::uint16_t to) {
        return try_change([&](Program& program) {
          for (Op& op : program.ops) {
            if (op.key == key) op.key = to;
          }
        });
      };
      for (std::uint16_t to = 0; to < std::min<std::uint16_t>(key, 16); ++to) {
        if (rename_to(to)) break;
      }
    }
  }

  void lower_keys() {
    for (std::size_t at = 0; at < best_.ops.size(); ++at) {
      for (const std::uint16_t key : smaller<std::uint16_t>(best_.ops[at].key, 0)) {
        if (try_op(at, [key](Op& op) { op.key = key; })) break;
      }
    }
  }

  void rename_slots() {
    for (unsigned slot = 1; slot < kIterators; ++slot) {
      for (unsigned to = 0; to < slot; ++to) {
        const bool taken = try_change([&](Program& program) {
          for (Op& op : program.ops) {
            if (op.slot == slot) op.slot = static_cast<std::uint8_t>(to);
          }
        });
        if (taken) break;
      }
    }
  }

  void lower_starts() {
    for (std::size_t at = 0; at < best_.ops.size(); ++at) {
      for (const std::uint8_t bucket : smaller<std::uint8_t>(best_.ops[at].bucket, 0)) {
        if (try_op(at, [bucket](Op& op) { op.bucket = bucket; })) break;
      }
      for (const std::uint8_t offset : smaller<std::uint8_t>(best_.ops[at].offset, 0)) {
        if (try_op(at, [offset](Op& op) { op.offset = offset; })) break;
      }
    }
  }

  Program best_;
  Cost cost_{};
  const std::function<bool(const Program&)>& still_fails_;
  ShrinkStats stats_;
};

}  // namespace

Program shrink(const Program& program, const std::function<bool(const Program&)>& still_fails,
               ShrinkStats* stats) {
  Shrinker shrinker(program, still_fails);
  shrinker.work();
  if (stats != nullptr) *stats = shrinker.stats();
  return std::move(shrinker.best());
}

}  // namespace mapproof
