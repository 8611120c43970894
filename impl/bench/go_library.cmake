# The real Go map under the workloads, as a C library: each kind of key is a package of its own, made
# of go/workloads. Sets go_bench_library, empty without a Go.
set(go_bench_library "")
if(MAPPROOF_GO AND MAPPROOF_GO119_COMMAND)
  set(go_bench_library ${PROJECT_BINARY_DIR}/libmapproof_bench_go119.so)
  set(go_source ${CMAKE_CURRENT_SOURCE_DIR}/go)
  set(go_module ${CMAKE_CURRENT_BINARY_DIR}/go)
  set(go_files go.mod exchange/exchange.go library/main.go memory/memory.go)
  foreach(file ${go_files})
    configure_file(${go_source}/${file} ${go_module}/${file} COPYONLY)
  endforeach()
  list(TRANSFORM go_files PREPEND ${go_module}/)
  foreach(kind "uint32=uint32" "uint64=uint64" "string=string" "struct16=struct{ a, b uint64 }"
      "array136=[17]uint64")
    string(REGEX MATCH "^([^=]+)=(.+)$" kind ${kind})
    set(package ${go_module}/${CMAKE_MATCH_1})
    file(CONFIGURE OUTPUT ${package}/key.go
      CONTENT "package workloads\n\ntype Key = ${CMAKE_MATCH_2}\n")
    configure_file(${go_source}/workloads/workloads.go ${package}/workloads.go COPYONLY)
    list(APPEND go_files ${package}/key.go ${package}/workloads.go)
  endforeach()
  mapproof_go_library(${go_bench_library} ${go_module}
    "Building the workloads on the map of Go 1.19" ${go_files})
endif()
