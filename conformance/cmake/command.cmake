# The program mapproof, and the maps that it knows. Included by conformance/CMakeLists.txt.
find_package(absl REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(CLI11 REQUIRED)

add_library(mapproof_ports STATIC ports/door_ports.cc ports/registry.cc ports/std_ports.cc)
target_link_libraries(mapproof_ports
  PUBLIC mapproof_oracle
  PRIVATE mapproof_doors mapproof_gomap mapproof_goruntime fmt::fmt
    absl::flat_hash_map absl::node_hash_map Boost::headers)
mapproof_glue(mapproof_ports)
set_property(SOURCE ports/door_ports.cc APPEND PROPERTY COMPILE_DEFINITIONS
  "MAPPROOF_PORTS_DIR=\"${PROJECT_BINARY_DIR}/ports\""
  "MAPPROOF_SCRIPTS_DIR=\"${CMAKE_CURRENT_SOURCE_DIR}/ports\"")

# mapproof_optional_map(MACRO HEADER PACKAGE): a map that std_ports.cc has if its header is there.
function(mapproof_optional_map macro header package)
  find_path(${macro}_INCLUDE ${header})
  mark_as_advanced(${macro}_INCLUDE)
  if(${macro}_INCLUDE)
    target_include_directories(mapproof_ports SYSTEM PRIVATE ${${macro}_INCLUDE})
    set_property(SOURCE ports/std_ports.cc APPEND PROPERTY COMPILE_DEFINITIONS ${macro})
  else()
    message(STATUS "left out: ${header}; ${package} brings it")
  endif()
endfunction()
mapproof_optional_map(MAPPROOF_HAVE_SPARSEHASH sparsehash/dense_hash_map libsparsehash-dev)
mapproof_optional_map(MAPPROOF_HAVE_TSL_HOPSCOTCH tsl/hopscotch_map.h libtsl-hopscotch-map-dev)

# Maps behind the doors: examples, and what the tests load.
if(PROJECT_IS_TOP_LEVEL OR MAPPROOF_TESTS)
  add_subdirectory(ports/c)
  add_subdirectory(ports/cxx)
endif()

# The command without the maps that it knows, which a test replaces.
file(GLOB command_files CONFIGURE_DEPENDS cli/*.cc)
list(FILTER command_files EXCLUDE REGEX "/io\\.cc$")
add_library(mapproof_commands OBJECT ${command_files})
target_compile_definitions(mapproof_commands PRIVATE
  MAPPROOF_VERSION="${PROJECT_VERSION}"
  MAPPROOF_SOURCE_CORPUS="${PROJECT_SOURCE_DIR}/corpus")
target_link_libraries(mapproof_commands
  PUBLIC mapproof_cli_io mapproof_doors mapproof_tools mapproof_properties
  PRIVATE mapproof_gomap CLI11::CLI11 fmt::fmt nlohmann_json::nlohmann_json)
mapproof_together(mapproof_commands 12)
mapproof_glue(mapproof_commands)
add_executable(mapproof)
add_executable(mapproof::mapproof ALIAS mapproof)
add_dependencies(mapproof mapproof-host)
target_link_libraries(mapproof PRIVATE
  mapproof_commands mapproof_ports CLI11::CLI11 fmt::fmt nlohmann_json::nlohmann_json)
