// Any map behind the C door, in this process: what it is told to be instrumented for, the engine
// sees; a crash of it is a crash. $MAPPROOF_PORT names the library.
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include "fuzz/one_port.h"
#include "oracle/doors/c_port.h"

std::unique_ptr<mapproof::Target> mapproof::make_target() {
  const char* library = std::getenv("MAPPROOF_PORT");
  if (library == nullptr || *library == '\0') {
    cannot_run("MAPPROOF_PORT names no library: MAPPROOF_PORT=./libmymap.so, say");
  }
  try {
    auto port = doors::make_c_port(doors::load_port(library));
    const bool as_faithful = runs_as_faithful(port->info());
    return std::make_unique<OnePort>(std::move(port), library, "",
                                     as_faithful ? attribute_by_faithful : nullptr);
  } catch (const std::exception& why) {
    const std::string words = why.what();
    cannot_run(words.find(library) == words.npos ? library + (": " + words) : words);
  }
}
