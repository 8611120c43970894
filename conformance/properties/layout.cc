// The memory as map.go lays it out, and its growth.
#include <array>

#include "conformance/properties/rows.h"

namespace mapproof::rows {

std::span<const Property> layout() {
  static constexpr std::array kRows{
      Property{"layout/emptyrest-suffix",
               "behind an emptyRest cell all cells of the chain are emptyRest", Level::must,
               Promise::go_layout, "map.go, emptyRest", "",
               "audit port_access_test port_assign_test port_delete_test port_go_tests_test"},
      Property{"layout/no-trailing-emptyone",
               "the last cell before the rest of a chain is not emptyOne", Level::must,
               Promise::go_layout, "map.go, mapdelete", "",
               "audit port_delete_test port_go_tests_test"},
      Property{"layout/evacuated-together",
               "a chain of the old array is evacuated as a whole or not at all", Level::must,
               Promise::go_layout, "map.go, evacuatedX", "",
               "audit port_grow_test port_panics_test"},
      Property{"layout/tophash",
               "the tophash of a live cell is that of its key's hash, and not a cell state",
               Level::must, Promise::go_layout, "map.go, tophash", "",
               "audit port_access_test port_assign_test port_grow_test shift_safe_32"},
      Property{"layout/right-bucket", "a live cell lies in the chain that a look-up searches",
               Level::must, Promise::go_layout, "map.go, evacuate", "R01",
               "audit port_assign_test port_grow_test stateful_rapidcheck_test"},
      Property{"layout/unique", "no two live cells hold equal keys", Level::must,
               Promise::go_layout, "map.go, mapassign", "R21 R24",
               "audit stateful_rapidcheck_test"},
      Property{"layout/count", "count is the number of live cells of both arrays", Level::must,
               Promise::go_layout, "map.go, hmap", "C12", "audit"},
      Property{"layout/load-factor",
               "at rest at most 8 entries or 6.5 a bucket, but for those put during a growth to "
               "the same size",
               Level::must, Promise::go_layout, "map.go, overLoadFactor", "G23 G37",
               "watch port_grow_test port_make_test port_map_test"},
      Property{"layout/noverflow",
               "below 2^16 buckets noverflow is the exact number of overflow buckets in use",
               Level::must, Promise::go_layout, "map.go, incrnoverflow", "",
               "audit port_assign_test port_delete_test port_grow_test"},
      Property{"layout/nevacuate", "all old buckets below nevacuate are evacuated, and not all are",
               Level::must, Promise::go_layout, "map.go, hmap", "G27", "audit port_grow_test"},
      Property{"layout/spares",
               "spare buckets are handed out in order, each once, before any from the heap",
               Level::must, Promise::go_layout, "map.go, makeBucketArray", "",
               "audit port_assign_test port_clear_test port_grow_test port_make_test"},
      Property{"layout/free-elem-zero", "an empty cell of the current array reads as the zero elem",
               Level::must, Promise::go_layout, "map.go, mapdelete", "G17",
               "audit port_delete_test"},
      Property{"layout/flags",
               "flags and sizes of the arrays fit together, and no write is under way", Level::must,
               Promise::go_layout, "map.go, flags", "G15",
               "audit port_phases_test port_write_detection_test"},
      Property{
          "layout/cell-sizes",
          "keys and elems of all sizes do not overlap, and those above 128 bytes are stored apart",
          Level::must, Promise::go_layout, "map.go, bmap", "G01 G12 G24 R01b R08 R14b C18",
          "port_access_test port_assign_test port_go_tests_test port_layout_test port_reflect_test "
          "port_typed_test"},
      Property{
          "layout/overflow-list",
          "overflow buckets without pointers are listed, so that old ones live as long as needed",
          Level::must, Promise::go_layout, "map.go, mapextra", "G12",
          "port_assign_test port_clear_test port_grow_test port_iterate_test port_layout_test "
          "port_threads_test"},
      Property{"layout/constants",
               "sizes, offsets, cell states and size classes are those of Go 1.14", Level::must,
               Promise::go_layout, "map.go, constants; msize.go", "",
               "port_layout_test port_make_test"},
      Property{"layout/type-facts",
               "flags, sizes and pointers of a type are what Go's compiler says of its twin",
               Level::must, Promise::port, "cmd/compile, reflect.go", "G24", "port_types_test"},
      Property{
          "grow/same-size-trigger",
          "a new key starts a growth to the same size just when overflow buckets are too many",
          Level::must, Promise::go_layout, "map.go, tooManyOverflowBuckets", "G13",
          "watch exhaustion_test port_aliasing_test port_assign_test port_grow_test shift_safe_32"},
      Property{"grow/same-size-packs", "a growth to the same size packs each chain without holes",
               Level::must, Promise::go_layout, "map.go, evacuate", "G13",
               "watch port_grow_test port_phases_test"},
      Property{
          "grow/progress",
          "a write evacuates its own old bucket and one more, and a growth ends within as "
          "many writes",
          Level::must, Promise::go_layout, "map.go, growWork", "G11 G27 X02",
          "watch lockstep_test port_assign_test port_cost_test port_delete_test port_grow_test "
          "port_nan_test"},
      Property{
          "grow/bigger-splits",
          "a growth to twice the size parts each chain by one bit of the hash and loses nothing",
          Level::must, Promise::go_layout, "map.go, evacuate", "R01", "port_grow_test"},
      Property{"grow/churn-bounded",
               "with a bounded number of live entries size and memory stay bounded", Level::must,
               Promise::go_layout, "golang/go#16070", "G13 G35 R12b C08",
               "port_grow_test port_memory_test"},
  };
  return kRows;
}

}  // namespace mapproof::rows
