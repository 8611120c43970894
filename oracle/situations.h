// Situations: states and transitions of a map that are worth reaching, by name.
//
// A suite that never gets there proves nothing about them, so the committed corpus has to reach
// each one (conformance/situations_test.cc). Ids are stable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mapproof {

struct Situation {
  std::string_view id;
  std::string_view sentence;
};

inline constexpr auto kSituations = std::to_array<Situation>({
    // ---- making ----
    {"make/no-bucket", "a map is made without a bucket; the first put brings it"},
    {"make/hint-with-buckets", "a hint makes two to eight buckets at once"},
    {"make/hint-with-spares", "a hint makes sixteen buckets or more, spare ones with them"},
    {"make/hint-negative", "the hint is negative and ignored"},
    {"make/hint-huge", "the hint is larger than memory and ignored"},
    {"size/one-bucket", "a put leaves one bucket (B = 0)"},
    {"size/two-buckets", "a put leaves two buckets (B = 1)"},
    {"size/four-buckets", "a put leaves four buckets (B = 2)"},
    {"size/eight-buckets", "a put leaves eight buckets (B = 3)"},
    {"size/sixteen-buckets", "a put leaves sixteen buckets (B = 4)"},
    {"size/32-buckets", "a put leaves 32 buckets (B = 5)"},
    {"size/64-buckets", "a put leaves 64 buckets (B = 6)"},
    {"size/128-buckets", "a put leaves 128 buckets (B = 7)"},
    {"size/256-buckets", "a put leaves 256 buckets (B = 8)"},

    // ---- nil, empty and refused ----
    {"nil/get", "a nil map is read"},
    {"nil/delete", "a key is deleted from a nil map"},
    {"nil/clear", "a nil map is cleared"},
    {"nil/len", "a nil map is asked for its length"},
    {"nil/put", "a put into a nil map panics"},
    {"nil/walk", "a walk over a nil map ends at once"},
    {"empty/get", "an empty map is read"},
    {"empty/delete", "a key is deleted from an empty map"},
    {"empty/clear", "an empty map is cleared"},
    {"empty/walk", "a walk over an empty map ends at once"},
    {"unhashable/nil", "an unhashable key panics on a nil map"},
    {"unhashable/empty", "an unhashable key panics on an empty map"},
    {"unhashable/filled", "an unhashable key panics on a map with entries"},
    {"unhashable/growing", "an unhashable key panics in mid-growth"},

    // ---- look-ups ----
    {"get/old-bucket", "a doubling is under way and the key is found in its old bucket"},
    {"get/old-bucket-same-size", "a same-size growth is under way; found in the old bucket"},
    {"get/old-overflow-bucket", "found in an overflow bucket of the old array"},
    {"get/old-chain-of-three", "found in the third bucket or later of an old chain"},
    {"get/evacuated", "a growth is under way and the key is found where it has moved to"},
    {"get/evacuated-same-size", "as above, in a same-size growth"},
    {"get/miss-in-growth", "an absent key is looked for in mid-growth"},
    {"get/second-bucket", "found in the second bucket of a chain"},
    {"get/third-bucket", "found in the third bucket of a chain"},
    {"get/behind-hole", "found behind a cell that a delete has emptied"},
    {"get/tophash-collision", "another key with the same tophash lies before the one found"},
    {"get/miss-full-chain", "an absent key is looked for in a chain without an empty cell"},
    {"get/nan", "a NaN is looked for while NaN entries live"},

    // ---- puts of new keys ----
    {"insert/hole", "a new key takes a cell that a delete has emptied"},
    {"insert/hole-in-overflow", "the hole lies in an overflow bucket"},
    {"insert/again-same-cell", "a deleted key comes back into its own cell"},
    {"insert/again-other-cell", "a deleted key comes back into another cell of its bucket"},
    {"insert/again-other-bucket", "a deleted key comes back into another bucket of its chain"},
    {"insert/again-after-growth", "a deleted key comes back after the map has grown"},
    {"insert/empty-overflow-bucket", "a new key takes the first cell of an empty overflow bucket"},
    {"insert/hangs-heap-bucket", "a new key hangs an overflow bucket from the heap"},
    {"insert/hangs-spare-bucket", "a new key hangs a spare overflow bucket"},
    {"insert/last-spare", "the last spare overflow bucket is handed out"},
    {"insert/heap-after-spares", "with the spare buckets used up, the heap serves"},
    {"insert/chain-of-three", "a chain gets its third bucket"},
    {"insert/chain-of-four", "a chain gets its fourth bucket"},
    {"insert/chain-of-eight", "a chain gets its eighth bucket"},
    {"insert/tophash-collision", "a new key has the same tophash as another key of its chain"},
    {"insert/top-byte-below-five", "the hash's top byte looks like a cell state and is raised"},
    {"insert/in-growth", "a new key comes while the map doubles"},
    {"insert/in-same-size-growth", "a new key comes in mid same-size growth"},
    {"insert/moves-its-bucket", "a new key comes and its old bucket has to move first"},
    {"insert/hangs-bucket-in-growth", "a new key hangs an overflow bucket in mid-growth"},
    {"insert/past-load-in-same-size", "in a same-size growth keys come past the load bound"},
    {"insert/refill", "a map that deletes have emptied is filled again, past one bucket"},
    {"insert/refill-after-clear", "a cleared map is filled again, past one bucket"},
    {"insert/nan", "a NaN is put"},
    {"insert/nan-beside-nan", "a NaN is put while another one lives"},
    {"insert/nan-in-overflow", "a NaN lands in an overflow bucket"},
    {"insert/nan-in-growth", "a NaN is put in mid-growth"},
    {"insert/big-key", "a key above 128 bytes is stored apart"},
    {"insert/big-elem", "an elem above 128 bytes is stored apart"},
    {"insert/both-big", "both key and elem are stored apart"},
    {"insert/sizeless-key", "a key without size is stored"},
    {"insert/sizeless-elem", "an elem without size is stored"},

    // ---- updates ----
    {"update/idle", "a live key is put again"},
    {"update/old-bucket", "a live key is put again in mid-growth and its bucket has to move first"},
    {"update/evacuated", "a live key is put again in mid-growth, where it has moved to"},
    {"update/same-size-growth", "a live key is put again in mid same-size growth"},
    {"update/overflow-bucket", "the live key lies in an overflow bucket"},
    {"update/behind-hole", "a hole lies before the live key and is not taken"},
    {"update/at-load-bound", "a live key is put again where a new one would double the map"},
    {"update/at-overflow-bound", "a live key is put again where a new one would pack the map"},
    {"update/negative-zero", "-0 is put over +0 and replaces the key"},
    {"update/positive-zero", "+0 is put over -0 and replaces the key"},
    {"update/zero-in-growth", "a zero of the other sign is put in mid-growth"},
    {"update/zero-under-a-walk", "a zero of the other sign is put during a walk"},

    // ---- deletes ----
    {"delete/leaves-hole", "live cells follow, so the cell is only marked as empty"},
    {"delete/hole-at-bucket-end", "the last cell of a bucket, with a live overflow bucket behind"},
    {"delete/marks-rest", "nothing follows in the chain, so the rest is marked as empty"},
    {"delete/rest-walks-back", "holes before the cell become part of the empty rest"},
    {"delete/rest-across-a-link", "the empty rest reaches back across an overflow link"},
    {"delete/rest-across-two-links", "the empty rest reaches back across two overflow links"},
    {"delete/rest-to-the-beginning",
     "the empty rest reaches from an overflow bucket to the first "
     "cell of the chain"},
    {"delete/before-empty-overflow", "the last cell of a bucket, whose overflow bucket is empty"},
    {"delete/second-bucket", "the key lies in the second bucket of its chain"},
    {"delete/third-bucket", "the key lies in the third bucket of its chain, or later"},
    {"delete/old-bucket", "a doubling is under way; the key's bucket has to move first"},
    {"delete/old-chain-of-two", "as above, with two buckets in the old chain"},
    {"delete/old-chain-of-three", "as above, with three buckets or more"},
    {"delete/old-bucket-same-size", "a same-size growth is under way; the bucket moves first"},
    {"delete/old-chain-same-size", "as above, with an overflow bucket in the old chain"},
    {"delete/evacuated", "in mid-growth, from the bucket that the key has moved to"},
    {"delete/evacuated-same-size", "in mid same-size growth, where the key has moved to"},
    {"delete/absent", "an absent key is deleted from a map with entries"},
    {"delete/absent-in-growth", "an absent key is deleted in mid-growth, which goes on"},
    {"delete/nan", "a NaN is deleted in vain"},
    {"delete/other-zero", "-0 is deleted as +0, or the other way round"},
    {"delete/last-entry", "the only entry is deleted"},
    {"delete/last-entry-in-growth", "the only entry is deleted in mid-growth"},
    {"delete/big-key", "a key stored apart is deleted"},
    {"delete/big-elem", "an elem stored apart is deleted"},
    {"delete/tophash-collision", "another key with the same tophash lies before the one deleted"},

    // ---- clear ----
    {"clear/idle", "a map with entries is cleared"},
    {"clear/growing", "a map is cleared while it doubles"},
    {"clear/growing-same-size", "a map is cleared in mid same-size growth"},
    {"clear/overflow-buckets", "a map with overflow buckets is cleared"},
    {"clear/overflow-in-growth", "a map is cleared in mid-growth, with overflow buckets not moved"},
    {"clear/spares-come-back", "spare buckets handed out are spare again"},
    {"clear/nan", "a map with NaN entries is cleared"},
    {"clear/nan-in-growth", "a map with NaN entries is cleared in mid-growth"},
    {"clear/under-a-walk", "a map is cleared during a walk"},
    {"clear/growing-under-a-walk", "a map is cleared in mid-growth and during a walk"},
    {"clear/twice", "a map is filled and cleared a second time"},
    {"clear/then-grows", "a cleared map grows again"},

    // ---- growths ----
    {"grow/bigger-starts", "a put doubles the map"},
    {"grow/bigger-starts-under-a-walk", "a put doubles the map during a walk"},
    {"grow/bigger-starts-with-holes", "the doubled map has holes"},
    {"grow/bigger-starts-with-overflow", "the doubled map has overflow buckets"},
    {"grow/starts-and-ends-at-once", "one put starts a growth and ends it"},
    {"grow/same-size-starts", "too many overflow buckets: a put packs the map"},
    {"grow/same-size-starts-under-a-walk", "a put packs the map during a walk"},
    {"grow/same-size-with-spares", "a map with spare buckets is packed"},
    {"grow/bigger-after-bigger", "two doublings in a row"},
    {"grow/same-size-twice", "two same-size growths in a row"},
    {"grow/bigger-after-same-size", "a doubling after a same-size growth"},
    {"grow/same-size-after-bigger", "a same-size growth after a doubling"},
    {"grow/over-the-overflow-bound", "a put leaves as many overflow buckets as buckets"},
    {"grow/iterator-becomes-old", "the flag of the walks over the array moves to the old array"},
    {"grow/flag-outlives-the-walk", "a growth starts with the walks' flag set and no walk left"},
    {"grow/without-a-walk-flag", "a growth starts and nobody has walked over the array"},
    {"grow/ends-by-insert", "a new key ends a growth"},
    {"grow/ends-by-update", "a put of a live key ends a growth"},
    {"grow/ends-by-delete", "a delete ends a growth"},
    {"grow/ends-by-missed-delete", "a delete of an absent key ends a growth"},
    {"grow/ends-same-size", "a same-size growth ends"},
    {"grow/ends-under-a-walk", "a doubling ends during a walk"},
    {"grow/ends-same-size-under-a-walk", "a same-size growth ends during a walk"},
    {"grow/by-deletes-only", "nothing but deletes brings a growth to its end"},
    {"grow/by-updates-only", "nothing but updates brings a growth to its end"},
    {"grow/mark-skips", "the mark skips buckets that were moved out of turn"},
    {"grow/read-does-not-push", "a key in an old bucket is read and the bucket stays"},

    // ---- evacuation ----
    {"evacuate/empty-bucket", "an empty bucket is moved"},
    {"evacuate/chain-of-two", "a chain of two buckets is moved"},
    {"evacuate/chain-of-three", "a chain of three buckets or more is moved"},
    {"evacuate/holes", "a chain with holes is moved"},
    {"evacuate/empty-overflow", "a chain with an empty overflow bucket is moved"},
    {"evacuate/all-to-x", "all entries go to the lower half"},
    {"evacuate/all-to-y", "all entries go to the upper half"},
    {"evacuate/both", "the entries go to both halves"},
    {"evacuate/x-overflows", "the lower half's bucket overflows"},
    {"evacuate/y-overflows", "the upper half's bucket overflows"},
    {"evacuate/both-overflow", "the buckets of both halves overflow"},
    {"evacuate/takes-spare", "the overflowing bucket takes a spare one"},
    {"evacuate/same-size-packs", "a same-size growth makes a chain shorter"},
    {"evacuate/same-size-overflows", "in a same-size growth the new bucket overflows, too"},
    {"evacuate/out-of-turn", "a bucket is moved before its turn"},
    {"evacuate/wiped", "the old bucket holds pointers, nobody walks: it is wiped"},
    {"evacuate/kept-for-a-walk", "the old bucket holds pointers and stays for the walks"},
    {"evacuate/pointer-free", "the old bucket holds no pointers and stays"},
    {"evacuate/big-key", "a key stored apart is moved"},
    {"evacuate/big-elem", "an elem stored apart is moved"},
    {"evacuate/negative-zero", "-0 is moved as it is"},
    {"evacuate/nan-to-x", "a NaN goes to the lower half"},
    {"evacuate/nan-to-y", "a NaN goes to the upper half"},
    {"evacuate/nan-for-a-walk", "a NaN is moved during a walk"},
    {"evacuate/nan-same-size", "a NaN is moved in a same-size growth"},

    // ---- walks ----
    {"walk/begins-idle", "a walk begins over a map at rest"},
    {"walk/begins-in-growth", "a walk begins while the map doubles"},
    {"walk/begins-in-same-size-growth", "a walk begins in mid same-size growth"},
    {"walk/begins-in-last-bucket", "a walk begins in the last bucket"},
    {"walk/begins-at-offset", "a walk begins within a bucket"},
    {"walk/begins-by-chance", "the map draws where the walk begins"},
    {"walk/wraps-around", "a walk that began behind the first bucket comes to its end"},
    {"walk/overflow-bucket", "a walk gives an entry of an overflow bucket"},
    {"walk/old-bucket", "a walk begun in mid-growth gives an entry of an old bucket"},
    {"walk/old-bucket-same-size", "as above, in a same-size growth"},
    {"walk/sibling-check", "the old bucket also holds entries of the sibling, left for later"},
    {"walk/bucket-moves-away", "a walk reads on in its bucket, which a growth has moved meanwhile"},
    {"walk/old-bucket-moves-away",
     "a walk begun in mid-growth reads on in an old bucket that has "
     "moved meanwhile"},
    {"walk/moved-found", "a walk finds a moved entry where it is now"},
    {"walk/moved-updated", "a walk gives the new elem of an entry updated after its move"},
    {"walk/moved-deleted", "an entry deleted after its move does not come"},
    {"walk/moved-recreated", "an entry deleted and put again after its move comes as it is now"},
    {"walk/moved-chain",
     "a walk older than the growth gives an entry of an overflow bucket that has "
     "not moved yet"},
    {"walk/deleted-ahead", "an entry is deleted before the walk reaches it"},
    {"walk/deleted-current", "the entry just given is deleted"},
    {"walk/deleted-behind", "an entry given before the last one is deleted"},
    {"walk/updated-ahead", "an entry updated since the walk began comes with its new elem"},
    {"walk/inserted-seen", "an entry put since the walk began comes"},
    {"walk/inserted-unseen", "an entry put since the walk began does not come"},
    {"walk/recreated-seen", "an entry deleted ahead of the walk and put again comes"},
    {"walk/recreated-twice", "a given entry, deleted and put again, comes once more"},
    {"walk/zero-sign-changed", "a zero whose sign has changed since the walk began comes"},
    {"walk/across-a-doubling", "a walk goes on after a doubling has started"},
    {"walk/across-two-doublings", "a walk goes on after two doublings"},
    {"walk/across-three-doublings", "a walk goes on after three doublings"},
    {"walk/across-same-size", "a walk goes on after a same-size growth has started"},
    {"walk/across-two-same-size", "a walk goes on after two same-size growths"},
    {"walk/across-both", "a walk goes on after a doubling and a same-size growth"},
    {"walk/outlives-its-growth", "a walk begun in mid-growth goes on after the end of it"},
    {"walk/from-growth-to-growth", "a walk begun in mid-growth goes on in the next growth"},
    {"walk/pointers-across-growth", "the type holds pointers and the walk is older than a growth"},
    {"walk/no-pointers-across-growth", "as above, of a type without pointers"},
    {"walk/nan-in-growth", "a walk begun in mid-growth gives a NaN before the end of the growth"},
    {"walk/nan-across-growth", "a walk gives a NaN after a growth has started"},
    {"walk/cleared", "a walk goes on after a clear of a map at rest"},
    {"walk/cleared-in-growth", "a walk goes on after a clear in mid-growth"},
    {"walk/cleared-in-same-size", "a walk goes on after a clear in mid same-size growth"},
    {"walk/cleared-and-refilled", "a walk goes on after a clear and new puts"},
    {"walk/emptied", "the last entry is deleted during a walk, which then ends"},
    {"walk/two-at-once", "two walks are under way"},
    {"walk/eight-at-once", "eight walks are under way"},
    {"walk/two-of-different-ages",
     "two walks, one from before a growth and one from after its "
     "start, are under way"},
    {"walk/abandoned", "a walk is given up and the map written to"},
    {"walk/abandoned-in-growth", "a walk is given up in mid-growth and the map written to"},
    {"walk/outlives-release", "a walk goes on after the map was let go of"},
    {"walk/pop-loop", "begin, delete what came, begin again: three times in a row"},
    {"walk/ends-in-growth", "a walk comes to its end in mid-growth"},

    // ---- kinds and hashes: a new key was stored ----
    {"key/u8", "keys of one byte"},
    {"key/u16", "keys of two bytes"},
    {"key/u32", "keys of four bytes"},
    {"key/u64", "keys of eight bytes"},
    {"key/i64", "signed keys"},
    {"key/f32", "keys of type float"},
    {"key/f64", "keys of type double"},
    {"key/c64", "complex keys of eight bytes"},
    {"key/c128", "complex keys of sixteen bytes"},
    {"key/bool", "boolean keys"},
    {"key/str", "strings as keys"},
    {"key/iface", "keys of changing type"},
    {"key/array", "arrays as keys"},
    {"key/padded", "keys with padding"},
    {"key/owning", "keys that own memory"},
    {"key/big", "keys above 128 bytes"},
    {"key/bigfloat", "keys above 128 bytes that may be NaN"},
    {"key/empty", "keys without size"},
    {"key/ptr", "pointers as keys"},
    {"elem/u8", "elems of one byte"},
    {"elem/u32", "elems of four bytes"},
    {"elem/u64", "elems of eight bytes"},
    {"elem/str", "strings as elems"},
    {"elem/owning", "elems that own memory"},
    {"elem/big", "elems above 128 bytes"},
    {"elem/empty", "elems without size"},
    {"elem/ptr", "pointers as elems"},
    {"hash/strong", "well mixed hashes"},
    {"hash/identity", "keys as their own hashes"},
    {"hash/constant", "one hash for all keys"},
    {"hash/low", "hashes that differ in the low bits only"},
    {"hash/top", "hashes that differ in the top byte only"},
    {"hash/table", "hashes given key by key"},
});

// The place of an id in kSituations, or its size.
constexpr std::size_t situation_index(std::string_view id) {
  std::size_t i = 0;
  while (i < kSituations.size() && kSituations[i].id != id) ++i;
  return i;
}

// An id written in the source: a wrong one does not compile.
class SituationId {
 public:
  consteval SituationId(const char* id) : index_(situation_index(id)) {  // NOLINT: implicit
    if (index_ == kSituations.size()) throw "no such situation";
  }
  constexpr std::size_t index() const { return index_; }

 private:
  std::size_t index_;
};

// How often each situation was reached.
class SituationLog {
 public:
  void note(SituationId id) { ++counts_[id.index()]; }
  void note_if(bool reached, SituationId id) { counts_[id.index()] += reached ? 1 : 0; }
  // An id that is only known at run time, such as that of a kind.
  void note_named(std::string_view id) {
    if (const std::size_t i = situation_index(id); i < counts_.size()) ++counts_[i];
  }

  std::uint64_t count(std::size_t index) const { return counts_[index]; }
  std::uint64_t count(std::string_view id) const { return counts_.at(situation_index(id)); }

 private:
  std::array<std::uint64_t, kSituations.size()> counts_ = {};
};

}  // namespace mapproof
