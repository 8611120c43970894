# What users have of mapproof: installed, as a part of their build, fetched, and by pkg-config.
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
# Where `check` does not take libraries, all that can be seen is that it is asked.
must(${prefix}/bin/mapproof check --help)
if(output MATCHES "\\.so")
  must(ctest --test-dir ${WORK}/installed --output-on-failure)
  must(${CMAKE_COMMAND} --build ${WORK}/installed --target my_map_port.conformance_check)
endif()

# ---- a part of the build, as a folder or fetched; of its targets just the adapter is built ----

function(must_build_the_adapter_alone name)
  must(${CMAKE_COMMAND} -S ${consumer} -B ${WORK}/${name} ${common} ${ARGN})
  must(${CMAKE_COMMAND} --build ${WORK}/${name} --target my_map_port)
  file(GLOB_RECURSE built ${WORK}/${name}/mapproof ${WORK}/${name}/_deps/mapproof-build/mapproof)
  if(built)
    message(FATAL_ERROR "an adapter does not need the program to be built: ${built}")
  endif()
endfunction()
must_build_the_adapter_alone(part -DMAPPROOF_SOURCE=${SOURCE})
must(${CMAKE_COMMAND} -E chdir ${SOURCE} ${CMAKE_COMMAND} -E tar czf ${WORK}/mapproof.tar.gz
  impl oracle fuzz corpus conformance CMakeLists.txt README.md LICENSE)
must_build_the_adapter_alone(fetched -DMAPPROOF_ARCHIVE=${WORK}/mapproof.tar.gz)

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

# ---- the installed program stands alone ----

# The installed program takes nothing from where it was built: what it reads first shows a mark that
# only the installed files have.
function(must_read file mark)
  execute_process(COMMAND ${prefix}/bin/mapproof check ${ARGN} --programs 1 --out ""
    OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(FIND "${output}" "${file}" at)
  if(at EQUAL -1 OR NOT output MATCHES "${mark}")
    message(FATAL_ERROR "mapproof check ${ARGN} does not read ${file}:\n${output}")
  endif()
endfunction()
set(share ${prefix}/share/mapproof)
file(WRITE ${share}/corpus/seeds/no_program.mapproof "no program\n")
must_read(${share}/corpus/seeds/no_program.mapproof "skipped" gomap-corrected)
if(EXISTS ${BUILD}/ports/libuthash_port.so)
  file(WRITE ${prefix}/libexec/mapproof/ports/libuthash_port.so "no library\n")
  must_read(${prefix}/libexec/mapproof/ports/libuthash_port.so "no map that can be tested" uthash)
endif()
find_program(python python3)
if(python)  # at the end of its input it ends well, if it has found its kit
  must(${CMAKE_COMMAND} -E env PYTHONDONTWRITEBYTECODE=1
    ${python} ${share}/ports/python_dict.py INPUT_FILE /dev/null)
endif()
