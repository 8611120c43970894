// What a command writes when its work is done, each where an option says.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace mapproof::cli {

struct Output {
  std::string option;  // "--json"
  std::string file;    // "": nobody asks for it; "-": the standard output
  std::function<std::string()> text = {};
};

// To be asked before the work is done. Throws CannotRun if one of them could not be written, or if
// two would be mixed on the standard output.
void expect_writable(const std::vector<Output>& outputs);

bool take_stdout(const std::vector<Output>& outputs);

// Tries all, so that one that is lost does not take the others with it: says so on stderr, and
// false.
bool write_all(const std::vector<Output>& outputs);

}  // namespace mapproof::cli
