// The C++ port itself.
#include <array>

#include "conformance/properties/rows.h"

namespace mapproof::rows {

std::span<const Property> port() {
  static constexpr std::array kRows{
      Property{
          "cxx/typed-face",
          "gomap::map does what the functions of map.go do, with the manners of a C++ container",
          Level::must, Promise::port, "C++ [container.requirements]", "",
          "port_map_test typed_layout_test"},
      Property{"cxx/lifetime",
               "every object that the map makes is destroyed, once, and no sooner than its last "
               "reader is gone",
               Level::must, Promise::port, "C++ [basic.life]", "C12 C15",
               "port_apart_test port_clear_test port_delete_test port_grow_test port_iterate_test "
               "port_map_test port_memory_test port_threads_test port_types_test"},
      Property{"cxx/policies",
               "load factor and corrections are chosen at compile time, and each does what it says",
               Level::must, Promise::port, "corrections of the port", "G31 G33",
               "port_clear_test port_map_test"},
      Property{"cxx/strict-heap", "an allocation that fails leaves nothing behind", Level::must,
               Promise::port, "C++ [unord.req.except]", "C11", "port_faults_test port_make_test"},
      Property{"cxx/like-go",
               "the port answers, hashes and lays out its memory as the real Go does, operation by "
               "operation",
               Level::must, Promise::port, "map.go", "", "lockstep_test"},
      Property{"reflect/stubs",
               "the functions for reflection do what map.go's do, with its checks and words",
               Level::must, Promise::port, "map.go, reflect_makemap and the following", "G05 R20",
               "port_faults_test port_reflect_test port_threads_test"},
      Property{"reflect/refusals",
               "types that make no map are refused in Go's words, in Go's order", Level::must,
               Promise::port, "map.go, reflect_makemap", "C18", "port_reflect_test"},
      Property{"cost/hashes",
               "an operation hashes its key once, a growth each entry once, a clear none",
               Level::must, Promise::port, "map.go, mapassign and evacuate", "", "port_cost_test"},
      Property{"cost/compares", "keys are compared where their tophash is equal, and only there",
               Level::must, Promise::port, "map.go, mapaccess1", "", "port_cost_test"},
      Property{"cost/chain", "under a constant hash a search is linear in the chain, and no worse",
               Level::must, Promise::port, "map.go, mapaccess1", "", "port_cost_test"},
      Property{"cost/allocations",
               "look-ups, updates, deletions and walks allocate nothing while the map is at rest",
               Level::must, Promise::port, "map.go, mapaccess1 and mapiternext", "",
               "port_memory_test"},
      Property{"cost/walk", "a walk hashes nothing at rest, and in a growth an entry at most twice",
               Level::must, Promise::port, "map.go, mapiternext", "", "port_cost_test"},
  };
  return kRows;
}

}  // namespace mapproof::rows
