// A fuzz target without an engine (fuzz/standalone_main.cc): what it was not asked for, or has not
// run, must not look like success.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "conformance/cli/io.h"
#include "conformance/temporary_folder.h"
#include "fuzz/driver/children.h"

namespace mapproof::driver {
namespace {

namespace fs = std::filesystem;

class Standalone : public ::testing::Test {
 protected:
  Standalone() {
    write("inputs/one.mapproof", "map u64 u64\nput 1\n");
    write("inputs/two", "any bytes");
  }

  void write(const fs::path& file, const std::string& contents) const {
    fs::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file, std::ios::binary) << contents;
  }
  std::string inputs() const { return (folder_ / "inputs").string(); }

  // Its status; `said` is what it wrote to the one stream ("1" or "2").
  int status_of(const std::string& arguments, const char* stream, std::string* said) const {
    const fs::path out = folder_ / "said";
    fs::remove(out);
    const std::string line =
        std::string(MAPPROOF_REPLAY " ") + arguments + " " + stream + ">" + out.string();
    Children children;
    const auto ending =
        children.run({.words = {"/bin/sh", "-c", line}, .environment = {}, .output = {}},
                     std::chrono::minutes(1));
    *said = cli::read_file(out.string());
    return ending ? ending->code : -1;
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(Standalone, RunsTheInputsOfAFolder) {
  write("inputs/page.md", "no input");
  write("inputs/.git/objects/0123", "no input");
  std::string said;
  EXPECT_EQ(status_of(inputs() + " -artifact_prefix=" + inputs() + "/", "2", &said), 0);
  EXPECT_TRUE(said.ends_with("\n2 inputs run\n")) << said;
}

TEST_F(Standalone, TakesTextAsItIsWhereverItIsAskedTo) {
  write("text.mapproof", "no program");
  const std::string file = inputs() + "/../text.mapproof";
  std::string said;
  EXPECT_EQ(status_of(file, "2", &said), 2);
  EXPECT_EQ(status_of("--raw " + file, "2", &said), 0) << said;
  EXPECT_EQ(status_of(file + " --raw", "2", &said), 0) << said;
}

TEST_F(Standalone, RefusesOptionsThatItDoesNotKnow) {
  for (const char* option : {"--rwa", "-runs=3", "--seconds=5", "-"}) {
    std::string said;
    EXPECT_EQ(status_of(std::string(option) + " " + inputs(), "2", &said), 2) << option;
    EXPECT_TRUE(said.starts_with("unknown option: " + std::string(option) + "\nusage: ")) << said;
  }
}

TEST_F(Standalone, HelpIsAnAnswerAndPromisesWhatIsDone) {
  std::string said;
  EXPECT_EQ(status_of("--help", "1", &said), 0);
  EXPECT_TRUE(said.starts_with("usage: ")) << said;
  EXPECT_NE(said.find("*.mapproof"), std::string::npos);
  EXPECT_EQ(said.find("*.map "), std::string::npos);
}

TEST_F(Standalone, NothingToRunIsNoSuccess) {
  fs::remove_all(inputs());
  fs::create_directory(inputs());
  std::string said;
  EXPECT_EQ(status_of(inputs(), "2", &said), 2);
  EXPECT_TRUE(said.starts_with("usage: ")) << said;
}

}  // namespace
}  // namespace mapproof::driver
