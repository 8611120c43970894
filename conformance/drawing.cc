#include "conformance/drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

namespace mapproof {
std::string state_name(std::uint8_t tophash) {
  switch (tophash) {
    case cell_state::kEmptyRest:
      return "rest";
    case cell_state::kEmptyOne:
      return "one";
    case cell_state::kEvacuatedX:
      return "X";
    case cell_state::kEvacuatedY:
      return "Y";
    case cell_state::kEvacuatedEmpty:
      return "evacEmpty";
    default:
      return fmt::format("{:02x}", tophash);
  }
}

std::string flag_names(std::uint8_t flags) {
  std::vector<std::string_view> names;
  if ((flags & map_flag::kIterator) != 0) names.push_back("iterator");
  if ((flags & map_flag::kOldIterator) != 0) names.push_back("oldIterator");
  if ((flags & map_flag::kHashWriting) != 0) names.push_back("hashWriting");
  if ((flags & map_flag::kSameSizeGrow) != 0) names.push_back("sameSizeGrow");
  if (flags > 15) names.push_back("unknown");
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ","));
}

std::string entry_text(const CellView& cell, KeyKind kind, std::size_t width) {
  if (!cell.key) return cell.elem_zero ? "." : "(elem left)";
  const std::string stamp = cell.stamp ? fmt::format(":{}", *cell.stamp) : std::string(":torn");
  std::string key = key_text(kind, cell.key->index);
  const std::size_t room = width - std::min(stamp.size(), width - 2);
  if (key.size() > room) key = key.substr(0, room - 1) + "~";
  return key + stamp;
}

namespace {

constexpr std::size_t kCellWidth = 10;  // 8 of them and a margin of 18 fit 100 columns
constexpr std::size_t kMargin = 18;

template <typename TextOf>
std::string row(std::string_view margin, const BucketView& bucket, TextOf text_of) {
  std::string line = fmt::format("{:<{}}", margin, kMargin);
  for (const CellView& cell : bucket.cells) {
    line += fmt::format("{:<{}.{}}", text_of(cell), kCellWidth, kCellWidth);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string_view origin_name(BucketOrigin origin) {
  switch (origin) {
    case BucketOrigin::base:
      return "";
    case BucketOrigin::spare:
      return " spare";
    case BucketOrigin::heap:
      return " heap";
  }
  return "";
}

std::string draw_bucket(const ArrayView& array, std::size_t at, bool overflow, KeyKind kind) {
  const BucketView& bucket = array.buckets[at];
  const std::string margin =
      fmt::format("  {}#{}{}", overflow ? "+-> " : "", at, origin_name(bucket.origin));
  std::string text =
      row(margin, bucket, [](const CellView& cell) { return state_name(cell.tophash); });
  const bool has_entries =
      std::any_of(bucket.cells.begin(), bucket.cells.end(),
                  [](const CellView& cell) { return cell.key.has_value() || !cell.elem_zero; });
  if (has_entries) {
    text += row("", bucket,
                [kind](const CellView& cell) { return entry_text(cell, kind, kCellWidth - 1); });
  }
  if (bucket.foreign_overflow) text += "      +-> (a link that leads to no bucket of this array)\n";
  return text;
}

// Nothing in it and nothing behind it: "rest" in each cell and no overflow bucket.
bool is_blank(const BucketView& bucket) {
  return bucket.overflow < 0 && !bucket.foreign_overflow &&
         std::all_of(bucket.cells.begin(), bucket.cells.end(), [](const CellView& cell) {
           return cell.tophash == cell_state::kEmptyRest && !cell.key && cell.elem_zero;
         });
}

std::string draw_chain(const ArrayView& array, std::size_t base, KeyKind kind) {
  std::string text = draw_bucket(array, base, false, kind);
  std::size_t seen = 1;
  for (std::int32_t at = array.buckets[base].overflow; at >= 0; ++seen) {
    const auto index = static_cast<std::size_t>(at);
    if (index >= array.buckets.size() || seen > array.buckets.size()) {
      return text + fmt::format("  +-> #{} (a chain that never ends)\n", at);
    }
    text += draw_bucket(array, index, true, kind);
    at = array.buckets[index].overflow;
  }
  return text;
}

std::string draw_spares(const ArrayView& array, std::int32_t next) {
  std::size_t first = array.base;
  std::size_t count = 0;
  while (first + count < array.buckets.size() &&
         array.buckets[first + count].origin == BucketOrigin::spare) {
    ++count;
  }
  if (count == 0) return "";
  const std::size_t last = first + count - 1;
  std::string text = fmt::format("  spares #{}..#{}: ", first, last);
  if (next < 0) {
    text += "all handed out";
  } else {
    text += fmt::format("{} handed out, next #{}", static_cast<std::size_t>(next) - first, next);
  }
  if (array.buckets[last].foreign_overflow) text += fmt::format(", #{} marked as the last", last);
  return text + "\n";
}

std::string draw_array(std::string_view title, const ArrayView& array, KeyKind kind) {
  std::string text =
      fmt::format("{}: {} bucket{}\n", title, array.base, array.base == 1 ? "" : "s");
  const std::size_t bases = std::min<std::size_t>(array.base, array.buckets.size());
  for (std::size_t at = 0; at < bases;) {
    std::size_t end = at;
    while (end < bases && is_blank(array.buckets[end])) ++end;
    if (end == at) {
      text += draw_chain(array, at++, kind);
    } else if (end == at + 1) {
      text += fmt::format("  #{} all rest\n", at++);
    } else {
      text += fmt::format("  #{}..#{} all rest\n", at, end - 1);
      at = end;
    }
  }
  return text;
}

}  // namespace

std::string draw(const Snapshot& snapshot, KeyKind kind) {
  std::string text =
      fmt::format("map: count {}, B {}, flags {}, noverflow {}, hash0 {}, nevacuate {}\n",
                  snapshot.count, snapshot.B, flag_names(snapshot.flags), snapshot.noverflow,
                  snapshot.hash0, snapshot.nevacuate);
  if (snapshot.old) {
    const bool same = (snapshot.flags & map_flag::kSameSizeGrow) != 0;
    text += draw_array(same ? "old array (growing at the same size)" : "old array (growing)",
                       *snapshot.old, kind);
  }
  if (!snapshot.current) return text + "no buckets yet\n";
  text += draw_array("current array", *snapshot.current, kind);
  return text + draw_spares(*snapshot.current, snapshot.next_overflow);
}

}  // namespace mapproof
