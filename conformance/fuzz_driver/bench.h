// A folder to work in, with fuzzers that are scripts, and the driver to run there.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "conformance/temporary_folder.h"

namespace mapproof {

struct Ended {
  int status = 0;
  std::string out;
  std::string err;
};

class Bench {
 public:
  Bench();
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  // What $FAKE_FUZZER tells the fuzzers to do (fake_fuzzer.py).
  void fuzzers(const std::string& way) { environment_["FAKE_FUZZER"] = way; }
  void set(const std::string& name, const std::string& value) { environment_[name] = value; }

  // Runs the driver with these arguments and the folders of this bench.
  Ended drive(std::vector<std::string> arguments);
  // The same in two steps, for what happens to it meanwhile.
  pid_t start(std::vector<std::string> arguments);
  Ended finish(pid_t driver);

  // Waits until `workers` fuzzers say that they have begun, and gives their process ids.
  std::vector<pid_t> wait_for_workers(unsigned workers);

  std::filesystem::path folder() const { return folder_.path(); }
  std::filesystem::path corpus() const { return folder_ / "corpus"; }
  std::filesystem::path artifacts() const { return folder_ / "artifacts"; }
  nlohmann::json summary() const;  // as the driver wrote it
  std::vector<std::string> names_in(const std::filesystem::path& folder) const;
  std::string contents(const std::filesystem::path& file) const;
  void write(const std::filesystem::path& file, const std::string& contents) const;

 private:
  TemporaryFolder folder_;
  std::map<std::string, std::string> environment_;
};

// Contents as an input, under the name that engines give it.
std::string unit_name(const std::string& contents);

}  // namespace mapproof
