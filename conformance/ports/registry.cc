#include "conformance/ports/registry.h"

#include <array>
#include <utility>

#include "conformance/ports/door_ports.h"
#include "conformance/ports/gomap_port.h"
#include "conformance/ports/std_ports.h"
#include "oracle/goruntime/go_port.h"
#include "oracle/goruntime/installed.h"

namespace mapproof {
namespace {

using Alias = std::pair<std::string_view, std::string_view>;
constexpr std::array<Alias, 10> kAliases = {Alias{"std", "std::unordered_map"},
                                            Alias{"absl", "absl::flat_hash_map"},
                                            Alias{"node", "absl::node_hash_map"},
                                            Alias{"boost", "boost::unordered_map"},
                                            Alias{"dense", "google::dense_hash_map"},
                                            Alias{"hopscotch", "tsl::hopscotch_map"},
                                            Alias{"glib", "GHashTable"},
                                            Alias{"rust", "Rust HashMap"},
                                            Alias{"js", "JavaScript Map"},
                                            Alias{"python", "Python dict"}};

PortEntry go_entry(const std::string& name, const std::string& summary) {
  return {name, summary, [name] { return go::make_go_port(go::runtime(name), name); },
          [name] { return go::why_not(name); }};
}

}  // namespace

const std::vector<PortEntry>& ports() {
  static const std::vector<PortEntry> entries = [] {
    std::vector<PortEntry> all = {
        {"gomap", "Go 1.14.6's runtime map in C++, its defects included",
         [] { return make_gomap_port(0); }},
        {"gomap-corrected", "the same with every correction", [] { return make_gomap_port(~0U); }},
        {"std::unordered_map", "the standard library's map", make_std_unordered_map_port},
        {"absl::flat_hash_map", "Abseil's Swiss table", make_absl_flat_hash_map_port},
        {"absl::node_hash_map", "the same with entries that stay where they are",
         make_absl_node_hash_map_port},
        {"boost::unordered_map", "Boost's node-based map", make_boost_unordered_map_port},
        {"google::dense_hash_map", "sparsehash's fast map, quadratic probing",
         make_google_dense_hash_map_port, why_no_google_dense_hash_map},
        {"tsl::hopscotch_map", "Tessil's hopscotch hashing", make_tsl_hopscotch_map_port,
         why_no_tsl_hopscotch_map},
        go_entry("go1.19", "the run-time's own map of a real Go 1.19"),
        go_entry("gccgo-12", "the same of gccgo 12 (libgo 1.18), in a process of its own"),
    };
    for (PortEntry& entry : door_ports()) all.push_back(std::move(entry));
    return all;
  }();
  return entries;
}

const PortEntry* find_port(std::string_view name) {
  for (const auto& [alias, meant] : kAliases) {
    name = name == alias ? meant : name;
  }
  for (const PortEntry& entry : ports()) {
    if (entry.name == name) {
      return &entry;
    }
  }
  return nullptr;
}

}  // namespace mapproof
