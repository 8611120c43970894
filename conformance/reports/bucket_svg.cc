#include "conformance/reports/bucket_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "conformance/drawing.h"
#include "conformance/reports/markup.h"

namespace mapproof {
namespace {

// Pixels.
constexpr int kLabel = 88;
constexpr int kCell = 68;
constexpr int kRow = 36;
constexpr int kGap = 6;
constexpr int kLine = 20;
constexpr std::size_t kEntryColumns = 9;  // of 11 pixel monospace, in a cell

constexpr std::size_t kMostChains = 16;
constexpr std::size_t kMostOverflow = 6;  // of a chain; those with walks are drawn, too

struct Chain {
  std::size_t base = 0;  // the bucket's number as hashes lead to it
  std::vector<std::size_t> buckets;
  bool blank = false;
  bool walked = false;
  bool endless = false;
  bool drawn = false;
};

bool is_blank(const BucketView& bucket) {
  return std::all_of(bucket.cells.begin(), bucket.cells.end(), [](const CellView& cell) {
    return cell.tophash == cell_state::kEmptyRest && !cell.key && cell.elem_zero;
  });
}

class Drawing {
 public:
  Drawing(const Snapshot& snapshot, KeyKind kind, const std::vector<StoryStep::Standing>& walks)
      : snapshot_(snapshot),
        kind_(kind),
        walks_(walks),
        seen_(walks.size()),
        cells_(std::clamp<std::size_t>(snapshot.cells_per_bucket, 1, 8)) {}

  std::string draw(std::string_view title) {
    line("facts", fmt::format("count {}, B {}, flags {}, noverflow {}, nevacuate {}",
                              snapshot_.count, snapshot_.B, flag_names(snapshot_.flags),
                              snapshot_.noverflow, snapshot_.nevacuate));
    if (snapshot_.old) {
      const bool same = (snapshot_.flags & map_flag::kSameSizeGrow) != 0;
      array(same ? "old array (growing at the same size)" : "old array (growing)", *snapshot_.old,
            true);
    }
    if (snapshot_.current) {
      array("current array", *snapshot_.current, false);
      spares(*snapshot_.current);
    } else {
      line("quiet", "no buckets yet");
    }
    for (std::size_t i = 0; i < walks_.size(); ++i) {
      if (!seen_[i]) line("quiet", nowhere(walks_[i]));
    }
    const int width = std::max(kLabel + static_cast<int>(cells_) * kCell + 12, 480);
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"buckets\" role=\"img\" width=\"{0}\" "
        "height=\"{1}\" viewBox=\"0 0 {0} {1}\"><title>{2}</title>\n{3}</svg>\n",
        width, y_ + 2, escaped(title), body_);
  }

 private:
  void line(std::string_view style, std::string_view text) {
    body_ += fmt::format("<text x=\"2\" y=\"{}\" class=\"{}\">{}</text>\n", y_ + 14, style,
                         escaped(text));
    y_ += kLine;
  }

  static std::string nowhere(const StoryStep::Standing& walk) {
    if (walk.left) {
      return fmt::format("walk {} stands in an array that the map has left", walk.slot);
    }
    return fmt::format("walk {} stands in bucket #{} of the {} array, on no chain of it", walk.slot,
                       walk.bucket, walk.in_old ? "old" : "current");
  }

  bool walked(std::size_t bucket, bool old) const {
    return std::any_of(walks_.begin(), walks_.end(), [&](const StoryStep::Standing& walk) {
      return !walk.left && walk.in_old == old && walk.bucket == bucket;
    });
  }

  std::vector<Chain> chains_of(const ArrayView& array, bool old) const {
    const std::size_t bases = std::min<std::size_t>(
        array.shown.empty() ? array.base : array.shown.size(), array.buckets.size());
    std::vector<Chain> chains(bases);
    for (std::size_t i = 0; i < bases; ++i) {
      Chain& chain = chains[i];
      chain.base = array.shown.empty() ? i : array.shown[i];
      std::size_t at = i;
      while (true) {
        chain.buckets.push_back(at);
        chain.walked = chain.walked || walked(at, old);
        const std::int32_t next = array.buckets[at].overflow;
        if (next < 0) break;
        at = static_cast<std::size_t>(next);
        if (at >= array.buckets.size() || chain.buckets.size() > array.buckets.size()) {
          chain.endless = true;
          break;
        }
      }
      chain.blank = chain.buckets.size() == 1 && is_blank(array.buckets[i]) &&
                    !array.buckets[i].foreign_overflow && !chain.walked;
    }
    std::size_t room = kMostChains;
    for (const bool with_walks : {true, false}) {
      for (Chain& chain : chains) {
        if (room == 0 || chain.blank || chain.walked != with_walks) continue;
        chain.drawn = true;
        --room;
      }
    }
    return chains;
  }

  void array(std::string_view title, const ArrayView& array, bool old) {
    y_ += kGap;
    line("title", fmt::format("{}: {} bucket{}", title, array.base, array.base == 1 ? "" : "s"));
    const std::vector<Chain> chains = chains_of(array, old);
    for (std::size_t i = 0; i < chains.size();) {
      if (chains[i].drawn) {
        draw_chain(array, chains[i++], old);
        continue;
      }
      std::size_t end = i;
      std::size_t full = 0;
      for (; end < chains.size() && !chains[end].drawn; ++end) full += chains[end].blank ? 0 : 1;
      const std::string which =
          end - i == 1 ? fmt::format("#{}", chains[i].base)
                       : fmt::format("#{} to #{}", chains[i].base, chains[end - 1].base);
      line("quiet", full == 0 ? which + ": all rest"
                              : fmt::format("{}: {} chain{} with entries left out", which, full,
                                            full == 1 ? "" : "s"));
      i = end;
    }
  }

  void draw_chain(const ArrayView& array, const Chain& chain, bool old) {
    std::size_t left_out = 0;
    const int top = y_;
    for (std::size_t n = 0; n < chain.buckets.size(); ++n) {
      const std::size_t at = chain.buckets[n];
      if (n > kMostOverflow && !walked(at, old)) {
        ++left_out;
        continue;
      }
      tell_left_out(std::exchange(left_out, 0));
      if (n != 0) {
        body_ += fmt::format("<path class=\"link\" d=\"M8 {} V{} h8\"/>\n",
                             n == 1 ? top + 24 : y_ - kRow / 2, y_ + 17);
      }
      bucket(array.buckets[at], at, n == 0 ? std::optional(chain.base) : std::nullopt, old);
    }
    tell_left_out(left_out);
    if (chain.endless) line("bad", "a chain that leads back or nowhere");
    y_ += kGap;
  }

  void tell_left_out(std::size_t buckets) {
    if (buckets == 0) return;
    line("quiet", fmt::format("{} more overflow bucket{}", buckets, buckets == 1 ? "" : "s"));
  }

  void bucket(const BucketView& bucket, std::size_t at, std::optional<std::size_t> base, bool old) {
    const std::string_view origin = bucket.origin == BucketOrigin::spare  ? " spare"
                                    : bucket.origin == BucketOrigin::heap ? " heap"
                                                                          : "";
    body_ += fmt::format("<text x=\"{}\" y=\"{}\" class=\"label\">#{}{}</text>\n", base ? 2 : 20,
                         y_ + 21, base.value_or(at), base ? "" : origin);
    for (std::size_t i = 0; i < cells_; ++i) {
      const int x = kLabel + static_cast<int>(i) * kCell;
      cell(bucket.cells[i], x);
      walks_at(at, i, old, x);
    }
    y_ += kRow;
  }

  void cell(const CellView& cell, int x) {
    const char* style = cell.tophash >= cell_state::kMinTopHash       ? "live"
                        : cell.tophash == cell_state::kEvacuatedX     ? "moved"
                        : cell.tophash == cell_state::kEvacuatedY     ? "moved"
                        : cell.tophash == cell_state::kEmptyRest      ? "rest"
                        : cell.tophash == cell_state::kEvacuatedEmpty ? "rest"
                                                                      : "hole";
    body_ += fmt::format(
        "<g class=\"{}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\"/>"
        "<text x=\"{}\" y=\"{}\" class=\"state\">{}</text>",
        style, x, y_, kCell - 2, kRow - 2, x + 4, y_ + 12, escaped(state_name(cell.tophash)));
    if (cell.key || !cell.elem_zero) {
      body_ +=
          fmt::format("<text x=\"{}\" y=\"{}\">{}</text>", x + 4, y_ + 27,
                      escaped(cell.key ? entry_text(cell, kind_, kEntryColumns) : "elem left"));
    }
    body_ += "</g>\n";
  }

  void walks_at(std::size_t bucket, std::size_t cell, bool old, int x) {
    int right = x + kCell - 10;
    for (std::size_t i = walks_.size(); i-- > 0;) {
      const StoryStep::Standing& walk = walks_[i];
      if (walk.left || walk.in_old != old || walk.bucket != bucket || walk.offset != cell) continue;
      seen_[i] = true;
      body_ += fmt::format(
          "<g class=\"walk\"><circle cx=\"{0}\" cy=\"{1}\" r=\"8\"/>"
          "<text x=\"{0}\" y=\"{2}\" text-anchor=\"middle\">{3}</text></g>\n",
          right, y_ + 8, y_ + 12, escaped(std::string(1, walk.slot)));
      right -= 9;  // several in one cell stand close together
    }
  }

  void spares(const ArrayView& array) {
    if (!array.shown.empty()) return;
    std::size_t count = 0;
    while (array.base + count < array.buckets.size() &&
           array.buckets[array.base + count].origin == BucketOrigin::spare) {
      ++count;
    }
    if (count == 0) return;
    const auto next = static_cast<std::size_t>(snapshot_.next_overflow);
    line("quiet", fmt::format("spare buckets #{} to #{}: {}", array.base, array.base + count - 1,
                              snapshot_.next_overflow < 0 ? "all handed out"
                                                          : fmt::format("{} handed out, next #{}",
                                                                        next - array.base, next)));
  }

  const Snapshot& snapshot_;
  KeyKind kind_;
  const std::vector<StoryStep::Standing>& walks_;
  std::vector<bool> seen_;  // which of them have been drawn
  std::size_t cells_;
  int y_ = 0;
  std::string body_;
};

}  // namespace

std::string bucket_svg(const Snapshot& snapshot, KeyKind kind,
                       const std::vector<StoryStep::Standing>& walks, std::string_view title) {
  return Drawing(snapshot, kind, walks).draw(title);
}

std::string_view bucket_svg_style() {
  return R"(.buckets { --ink: #1f2328; --soft: #59636e; --edge: #d1d9e0; --live: #ddf4e4; --live-edge: #4aa36c;
  --moved: #eaeef2; --walk: #8250df; --bad: #b42318; display: block }
@media (prefers-color-scheme: dark) { .buckets { --ink: #e6edf3; --soft: #9aa4af; --edge: #3d444d;
  --live: #12351f; --live-edge: #3f9a5f; --moved: #262c36; --walk: #8957e5; --bad: #ff8a80 } }
@media print { .buckets { --ink: #000; --soft: #444; --edge: #999; --live: #e6f5ea; --live-edge: #4aa36c;
  --moved: #eee; --walk: #5a32a3; --bad: #b42318 } }
.buckets text { font: 11px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: var(--ink) }
.buckets .facts, .buckets .quiet, .buckets .state, .buckets .label { fill: var(--soft) }
.buckets .title { font-weight: bold }
.buckets .bad { fill: var(--bad); font-weight: bold }
.buckets .state { font-size: 9.5px }
.buckets rect { fill: none; stroke: var(--edge) }
.buckets .live rect { fill: var(--live); stroke: var(--live-edge) }
.buckets .moved rect { fill: var(--moved); stroke-dasharray: 4 2 }
.buckets .moved text { fill: var(--soft) }
.buckets .hole rect { stroke-dasharray: 2 2 }
.buckets .link { fill: none; stroke: var(--soft) }
.buckets .walk circle { fill: var(--walk) }
.buckets .walk text { fill: #fff; font-weight: bold }
)";
}

}  // namespace mapproof
