// Walks: what they produce while the map changes under them.
#include <array>

#include "conformance/properties/rows.h"

namespace mapproof::rows {

std::span<const Property> iteration() {
  static constexpr std::array kRows{
      Property{"iter/once", "no entry is produced twice by one walk", Level::must,
               Promise::std_like, "Go spec, For statements with range clause",
               "G08 R09 R13 X05 C03",
               "judge exhaustion_test iterator_phases_test port_go_tests_test port_iterate_test "
               "port_map_test port_phases_test port_reflect_test port_threads_test port_typed_test "
               "shift_safe_32 stateful_rapidcheck_test typed_walks_test"},
      Property{"iter/no-deleted", "an entry that was deleted before it was reached is not produced",
               Level::must, Promise::go, "Go spec, For statements with range clause",
               "G31 G33 R10 R11 R14 R15 R17 X08",
               "judge exhaustion_test iterator_phases_test port_go_tests_test port_iterate_test "
               "port_phases_test port_typed_test stateful_rapidcheck_test"},
      Property{"iter/complete",
               "an entry that lives from the start to the end of a walk is produced", Level::must,
               Promise::std_like, "Go spec, For statements with range clause",
               "R02 R09 X01 X02 X06 X07 X08 X09 X11 C04",
               "judge exhaustion_test iterator_phases_test port_aliasing_test port_faults_test "
               "port_go_tests_test port_iterate_test port_map_test port_nan_test port_panics_test "
               "port_phases_test port_reflect_test port_threads_test port_typed_test shift_safe_32 "
               "stateful_rapidcheck_test typed_walks_test"},
      Property{"iter/inserted-at-most-once",
               "an entry created during a walk is produced at most once by it", Level::must,
               Promise::go, "Go spec, For statements with range clause", "R09 R13",
               "port_iterate_test"},
      Property{"iter/current-elem", "a produced elem is the one that was written last", Level::must,
               Promise::go, "Go spec, For statements with range clause", "R11 R12",
               "judge iterator_phases_test port_go_tests_test port_iterate_test port_phases_test "
               "port_typed_test stateful_rapidcheck_test"},
      Property{"iter/current-key",
               "a produced key is the one that was stored last, with its sign of zero", Level::must,
               Promise::go, "Go spec, For statements with range clause; map.go, mapiternext",
               "R06 R12",
               "judge port_go_tests_test port_iterate_test port_nan_test stateful_rapidcheck_test"},
      Property{"iter/known", "what is produced was once put into this map", Level::must,
               Promise::std_like, "Go spec, For statements with range clause", "R13 R20", "judge"},
      Property{"iter/clear-stops", "after a clear no cleared entry is produced", Level::must,
               Promise::go, "Go spec, Clear", "G31 G33 R14 R17 X08",
               "judge exhaustion_test iterator_phases_test port_clear_test port_go_tests_test "
               "port_map_test port_typed_test stateful_rapidcheck_test"},
      Property{"iter/reinserted",
               "an entry that was deleted and put again comes at most once more, with its new elem",
               Level::must, Promise::go, "Go spec, For statements with range clause", "X08",
               "port_go_tests_test port_map_test"},
      Property{"iter/delete-current",
               "deleting the current entry, or any others, makes a walk skip nobody else",
               Level::must, Promise::go, "Go spec, For statements with range clause",
               "R15 X02 X06 X07 X08 X09 X10 X11 C03 C04", "port_iterate_test"},
      Property{"iter/multi",
               "walks begun in different phases, nested or abandoned, do not disturb each other",
               Level::must, Promise::go, "map.go, mapiterinit", "X05 X06 C15",
               "port_iterate_test port_parallel_reads_test stateful_rapidcheck_test"},
      Property{"iter/terminates", "a walk ends although each of its steps inserts or churns",
               Level::must, Promise::go, "Go spec, For statements with range clause", "X03",
               "iterator_phases_test port_go_tests_test"},
      Property{"iter/empty-ends", "a walk over an empty map ends at once", Level::must, Promise::go,
               "Go spec, For statements with range clause", "R19 X04",
               "judge port_iterate_test port_panics_test port_reflect_test"},
      Property{"iter/nil-ends", "a walk over a nil map ends at once", Level::must, Promise::go,
               "Go spec, For statements with range clause", "G05 R04",
               "judge port_iterate_test port_map_test port_panics_test port_reflect_test"},
      Property{"iter/order-varies",
               "the bucket and the cell where walks begin vary, in small and sparse maps too",
               Level::should, Promise::go,
               "Go spec, For statements with range clause: the order is not specified",
               "G09 G10 R20b", "port_go_tests_test port_iterate_test"},
      Property{
          "iter/start",
          "a walk begins in the bucket and the cell that one random draw says, and goes around",
          Level::must, Promise::go_layout, "map.go, mapiterinit", "G09", "port_iterate_test"},
      Property{
          "iter/phases",
          "a walk begun in any phase of a growth keeps every promise through whatever comes next",
          Level::must, Promise::go, "map.go, comment at the top", "G08 G31 G33",
          "exhaustion_test iterator_phases_test port_grow_test port_iterate_test port_nan_test "
          "port_phases_test"},
      Property{"iter/insertion-order",
               "a walk gives the entries in the order in which they were put", Level::must,
               Promise::js,
               "ECMAScript, Map Objects, Map.prototype.forEach; Python library reference, dict", "",
               "judge"},
      Property{"iter/added-visited", "an entry added during a walk is visited before its end",
               Level::must, Promise::js, "ECMAScript, Map Objects, Map.prototype.forEach", "X08",
               "judge"},
      Property{
          "iter/size-change-raises",
          "a walk over a map whose size is no longer that of its start raises at its next step",
          Level::must, Promise::python,
          "Python library reference, dictionary view objects; CPython, dictobject.c", "", "judge"},
      Property{
          "iter/no-use-after-free",
          "memory that a walk may still read is neither freed nor reused under it", Level::must,
          Promise::port, "map.go, mapextra and oldIterator", "X04 X05 C15",
          "port_apart_test port_clear_test port_go_tests_test port_grow_test port_iterate_test "
          "port_map_test port_phases_test port_reentrancy_test port_threads_test"},
      Property{
          "iter/pop", "taking the first entry until none is left costs about O(n^1.5), not O(n^2)",
          Level::should, Promise::go, "golang/go#8412", "G10", "port_cost_test port_iterate_test"},
  };
  return kRows;
}

}  // namespace mapproof::rows
