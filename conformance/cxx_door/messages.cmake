# cmake -DCOMPILER=... -DINCLUDE=... -P messages.cmake: what an incomplete adapter is told.
set(source ${CMAKE_CURRENT_LIST_DIR}/incomplete_adapter.cc)

function(compile lacks result_variable output_variable)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${COMPILER} -std=c++20 -fsyntax-only -Wall -Wextra
      -Wpedantic -Wshadow -Wconversion -Werror -I${INCLUDE} ${lacks} ${source}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(${result_variable} "${result}" PARENT_SCOPE)
  set(${output_variable} "${output}" PARENT_SCOPE)
endfunction()

# must_say(LACKS MOST_ERRORS WORDS...)
function(must_say lacks most_errors)
  compile(-DLACKS_${lacks} result output)
  if(result EQUAL 0)
    message(SEND_ERROR "${lacks}: it compiles")
  endif()
  foreach(words ${ARGN})
    string(FIND "${output}" "${words}" at)
    if(at EQUAL -1)
      message(SEND_ERROR "${lacks}: nothing said of: ${words}\n${output}")
    endif()
  endforeach()
  string(REGEX MATCHALL " error: " errors "${output}")
  list(LENGTH errors count)
  if(count GREATER most_errors)
    message(SEND_ERROR "${lacks}: ${count} errors, ${most_errors} are enough\n${output}")
  endif()
endfunction()

compile("" result output)
if(NOT result EQUAL 0)
  message(SEND_ERROR "what lacks nothing does not compile:\n${output}")
endif()
must_say(ALL 6
  "mapproof: the adapter needs a constructor: Adapter(std::size_t room, Hash hash, Equal equal)"
  "mapproof: the adapter needs Elem* find(const Key& key)"
  "mapproof: the adapter needs void assign(const Key& key, const Elem& elem)"
  "mapproof: the adapter needs bool erase(const Key& key)"
  "mapproof: the adapter needs std::size_t size()"
  "mapproof: what the adapter's iterate gives needs bool next(const Key*& key, const Elem*& elem)")
must_say(FIND 1 "mapproof: the adapter needs Elem* find(const Key& key): the elem of the key, or null")
must_say(ERASE 1 "mapproof: the map needs erase(iterator) and begin()")
