# mapproof_add_conformance(NAME SOURCE... [LIBRARIES LIBRARY...] [ARGS ARG...])
#
# Builds the map behind mapproof/port.h or mapproof_port.h in SOURCE... as the library NAME, and adds
# the test NAME.conformance, which is `mapproof check` of it with ARG..., and a target
# NAME.conformance_check that runs the same now.
function(mapproof_add_conformance name)
  cmake_parse_arguments(PARSE_ARGV 1 conformance "" "" "LIBRARIES;ARGS")
  if(NOT conformance_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "mapproof_add_conformance(${name}): name the file with the adapter")
  endif()
  add_library(${name} MODULE ${conformance_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE mapproof::port ${conformance_LIBRARIES})
  set(check $<TARGET_FILE:mapproof::mapproof> check $<TARGET_FILE:${name}> ${conformance_ARGS})
  add_test(NAME ${name}.conformance COMMAND ${check})
  add_custom_target(${name}.conformance_check
    COMMAND ${check} DEPENDS ${name} USES_TERMINAL VERBATIM)
  if(TARGET mapproof)  # built along with the project that uses it
    add_dependencies(${name}.conformance_check mapproof)
  endif()
endfunction()
