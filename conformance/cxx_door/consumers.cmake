# What users have of mapproof: installed, as a part of their build, and by pkg-config.
#
#   cmake -DBUILD=... -DSOURCE=... -DWORK=... -DGENERATOR=... -DCOMPILER=... -DLAUNCHER=...
#         -P consumers.cmake
#
# Builds nothing of mapproof itself.
set(prefix ${WORK}/prefix)
set(consumer ${CMAKE_CURRENT_LIST_DIR}/consumer)
set(common -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
  -DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON -DCMAKE_DISABLE_FIND_PACKAGE_rapidcheck=ON
  -DCMAKE_DISABLE_FIND_PACKAGE_benchmark=ON)

function(must)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK})
must(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
must(${prefix}/bin/mapproof ports)

# ---- installed ----

must(${CMAKE_COMMAND} -S ${consumer} -B ${WORK}/installed ${common} -DCMAKE_PREFIX_PATH=${prefix})
must(${CMAKE_COMMAND} --build ${WORK}/installed)
must(ctest --test-dir ${WORK}/installed -N)
if(NOT output MATCHES "my_map_port.conformance")
  message(FATAL_ERROR "no test my_map_port.conformance:\n${output}")
endif()
# Until `check` takes libraries, all that can be seen is that it is asked.
must(${prefix}/bin/mapproof check --help)
if(output MATCHES "\\.so")
  must(ctest --test-dir ${WORK}/installed --output-on-failure)
  must(${CMAKE_COMMAND} --build ${WORK}/installed --target my_map_port.conformance_check)
endif()

# ---- a part of the build; of its targets just the adapter is built ----

must(${CMAKE_COMMAND} -S ${consumer} -B ${WORK}/part ${common} -DMAPPROOF_SOURCE=${SOURCE})
must(${CMAKE_COMMAND} --build ${WORK}/part --target my_map_port)
if(EXISTS ${WORK}/part/mapproof/mapproof)
  message(FATAL_ERROR "an adapter does not need the program to be built")
endif()

# ---- by pkg-config ----

find_program(pkgconfig pkg-config)
if(pkgconfig)
  file(GLOB_RECURSE file ${prefix}/mapproof.pc)
  cmake_path(GET file PARENT_PATH folder)
  set(ENV{PKG_CONFIG_PATH} ${folder})
  must(${pkgconfig} --cflags mapproof)
  separate_arguments(flags UNIX_COMMAND "${output}")
  must(${COMPILER} -std=c++20 -fsyntax-only ${flags} -I${consumer}/include ${consumer}/adapter.cc)
  must(${pkgconfig} --variable=program mapproof)
  string(STRIP "${output}" program)
  must(${program} ports)
endif()
