// The list of failures that the owner of a map knows of and lives with.
//
//   {"port": "my map", "failures": [
//     {"property": "iter/once", "reason": "walks restart after a rehash", "link": "https://..."}]}
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mapproof::cli {

struct KnownFailure {
  std::string property;  // of the catalogue
  std::string reason;    // one sentence, never empty
  std::string link = {};
};

// Strict: what the file cannot mean is refused (CannotRun, with its name and the place), and so is
// a list for another port.
std::vector<KnownFailure> read_known_failures(const std::string& file, std::string_view port);

std::string print_known_failures(const std::vector<KnownFailure>& failures, std::string_view port);

}  // namespace mapproof::cli
