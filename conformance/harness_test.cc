// The body of the fuzz targets: what is new stops it and leaves everything behind that a person
// needs; what is known is counted. Maps that lie in one point are its canaries.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "conformance/fake_port.h"
#include "conformance/small_fuzzer.h"
#include "conformance/temporary_folder.h"
#include "fuzz/two_ports.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

namespace fs = std::filesystem;

// ---- canaries ----

class DropsTheTenth : public FakePort {
 public:
  PutResult put(KeyId key, std::uint32_t stamp) override {
    const PutResult result = FakePort::put(key, stamp);
    if (FakePort::len() == 10) FakePort::del(key);
    return result;
  }
};

class ProducesTwice : public FakePort {
 public:
  Step next(unsigned slot) override {
    if (at(slot) > 1 && !std::exchange(again_, true)) --at(slot);
    return FakePort::next(slot);
  }
  void make(const MapSpec& spec) override {
    again_ = false;
    FakePort::make(spec);
  }

 private:
  bool again_ = false;
};

class KeepsTheOldElem : public FakePort {
 public:
  PutResult put(KeyId key, std::uint32_t stamp) override {
    const Entry* old = is_nil() ? nullptr : find(key);
    return FakePort::put(key, old == nullptr ? stamp : old->stamp);
  }
};

class Miscounts : public FakePort {
 public:
  std::uint64_t len() override { return std::min<std::uint64_t>(FakePort::len(), 12); }
};

// ---- helpers ----

Attribution unknown(const Program&, const Verdict&, const RunOptions&) {
  Attribution attribution;
  attribution.sentence = "not on record";
  return attribution;
}

Attribution known(const Program&, const Verdict&, const RunOptions&) {
  Attribution attribution;
  attribution.known = true;
  attribution.finding = "a-finding";
  attribution.findings = {"a-finding"};
  return attribution;
}

template <class Corrected, class Faithful>
std::unique_ptr<TwoPorts> two(TwoPorts::Attribute attribute) {
  return std::make_unique<TwoPorts>(std::make_unique<Corrected>(), std::make_unique<Faithful>(),
                                    std::move(attribute));
}

Program text_program(const std::string& text) {
  auto parsed = parse("mapproof 1\n" + text);
  if (const auto* error = std::get_if<TextError>(&parsed)) {
    ADD_FAILURE() << error->message();
    return {};
  }
  return std::get<Program>(parsed);
}

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

// A target that takes programs as they are.
class Plain final : public Target {
 public:
  std::optional<Stop> examine(const Program&, Statistics*) override { return std::nullopt; }
  std::string replay(const Stop&) const override { return ""; }
};

const char* const kOverwrite = "map u64 u64\nput 3\nput 5\nput 7\nput 5\nlen\nget 5\nget 7\n";

// ---- tests ----

TEST(Harness, AnHonestMapIsNeverStopped) {
  EXPECT_EQ(first_property_broken(*two<FakePort, FakePort>(unknown)), "");
}

TEST(Harness, FuzzingCatchesAMapThatDropsAnEntry) {
  EXPECT_NE(first_property_broken(*two<DropsTheTenth, FakePort>(unknown)), "");
}

TEST(Harness, FuzzingCatchesAMapThatProducesAnEntryTwice) {
  EXPECT_EQ(first_property_broken(*two<ProducesTwice, FakePort>(unknown)), "iter/once");
}

TEST(Harness, FuzzingCatchesAMapThatKeepsAStaleElem) {
  const std::string property = first_property_broken(*two<KeepsTheOldElem, FakePort>(unknown));
  EXPECT_TRUE(property == "access/current-elem" || property == "iter/current-elem") << property;
}

TEST(Harness, FuzzingCatchesAMapThatMiscounts) {
  EXPECT_EQ(first_property_broken(*two<Miscounts, FakePort>(unknown)), "len/exact");
}

TEST(Harness, AKnownFailureOfTheFaithfulPortIsCountedAndSteppedOver) {
  Statistics statistics("");
  const auto fuzz = two<FakePort, KeepsTheOldElem>(known);
  EXPECT_FALSE(fuzz->examine(text_program(kOverwrite), &statistics));
  const auto json = nlohmann::json::parse(statistics.json());
  EXPECT_EQ(json["findings"]["a-finding"], 1);
  EXPECT_EQ(json["executions"], 1);
  EXPECT_EQ(json["operations"], 7);
}

TEST(Harness, AnUnknownFailureOfTheFaithfulPortStops) {
  const auto fuzz = two<FakePort, KeepsTheOldElem>(unknown);
  const std::optional<Stop> stop = fuzz->examine(text_program(kOverwrite), nullptr);
  ASSERT_TRUE(stop);
  EXPECT_EQ(stop->verdict.property, "access/current-elem");
  EXPECT_EQ(stop->verdict.op, 5U);
  EXPECT_EQ(stop->why, "not on record");
}

TEST(Harness, NothingExcusesAFailureOfTheCorrectedPort) {
  const auto fuzz = two<KeepsTheOldElem, FakePort>(known);
  EXPECT_TRUE(fuzz->examine(text_program(kOverwrite), nullptr));
}

TEST(Harness, AStopLeavesTheBytesTheTextAndAShrunkProgram) {
  const TemporaryFolder folder;
  const auto fuzz = two<FakePort, KeepsTheOldElem>(unknown);
  const Program program = text_program(kOverwrite);
  const std::vector<std::uint8_t> bytes = encode(program);
  const std::optional<Stop> stop = fuzz->examine(program, nullptr);
  ASSERT_TRUE(stop);
  testing::internal::CaptureStderr();
  ArtifactOptions options;
  options.prefix = folder / "";
  const std::string path = report(*fuzz, *stop, program, bytes, options);
  const std::string said = testing::internal::GetCapturedStderr();

  EXPECT_EQ(path.find(folder / "verdict-access-current-elem-"), 0U) << path;
  EXPECT_EQ(contents(path + ".bin"), std::string(bytes.begin(), bytes.end()));
  EXPECT_EQ(contents(path + ".mapproof"), print(program));
  const auto shrunk = parse(contents(path + "-shrunk.mapproof"));
  ASSERT_TRUE(std::holds_alternative<Program>(shrunk));
  EXPECT_EQ(std::get<Program>(shrunk).ops.size(), 3U);  // put, put again, get
  EXPECT_NE(said.find(stop->verdict.sentence()), std::string::npos) << said;
  EXPECT_NE(said.find("build/mapproof replay --port fake " + path + ".mapproof"), std::string::npos)
      << said;
}

// What a reader has opened meanwhile, or finds after this process was killed, is whole.
TEST(Harness, AnArtifactIsNotWrittenInPlace) {
  const TemporaryFolder folder;
  const auto fuzz = two<FakePort, KeepsTheOldElem>(unknown);
  const Program program = text_program(kOverwrite);
  const std::optional<Stop> stop = fuzz->examine(program, nullptr);
  ASSERT_TRUE(stop);
  ArtifactOptions options;
  options.prefix = folder / "";
  options.shrink_seconds = 0;
  testing::internal::CaptureStderr();
  const std::string path = report(*fuzz, *stop, program, encode(program), options);
  for (const char* suffix : {".bin", ".mapproof"}) {
    fs::create_hard_link(path + suffix, folder / ("reader" + std::string(suffix)));
    std::ofstream(path + suffix) << "older";
  }
  report(*fuzz, *stop, program, encode(program), options);
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(contents(path + ".mapproof"), print(program));
  for (const char* suffix : {".bin", ".mapproof"}) {
    EXPECT_EQ(contents(folder / ("reader" + std::string(suffix))), "older");
  }
  const fs::directory_iterator files(folder / "");
  EXPECT_EQ(std::distance(begin(files), end(files)), 4);  // and no unfinished one
}

TEST(Harness, AFolderThatCannotBeWrittenToIsSaid) {
  const auto fuzz = two<FakePort, KeepsTheOldElem>(unknown);
  const Program program = text_program(kOverwrite);
  const std::optional<Stop> stop = fuzz->examine(program, nullptr);
  ASSERT_TRUE(stop);
  ArtifactOptions options;
  options.prefix = "/nowhere/at/all/";
  testing::internal::CaptureStderr();
  report(*fuzz, *stop, program, encode(program), options);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("could not be written"), std::string::npos);
}

TEST(Harness, AProgramIsCutBeforeItTakesTooLong) {
  Program program = text_program("map u64 u64\nput 1\n");
  for (int i = 0; i < 50; ++i) {
    program.ops.push_back({.code = OpCode::putrange, .n = kMaxBurst});
    program.ops.push_back({.code = OpCode::iter_any});
    program.ops.push_back({.code = OpCode::drain});
  }
  const Program cut = program_of(encode(program), Plain());
  EXPECT_GT(cut.ops.size(), 3U);
  EXPECT_LE(elementary_ops(cut), 3000U);
  EXPECT_TRUE(std::equal(cut.ops.begin(), cut.ops.end(), program.ops.begin()));
}

std::size_t ops_run(const std::string& text, int times, const std::string& again) {
  std::string all = text;
  for (int i = 0; i < times; ++i) all += again;
  return program_of(encode(text_program(all)), Plain()).ops.size();
}

TEST(Harness, KeysOfOneChainCostMore) {
  const auto fills = [](const std::string& mode) {
    return ops_run("map u64 u64 hash=" + mode + "\n", 200, "putrange 0 100\ndelrange 0 100\n");
  };
  EXPECT_EQ(fills("strong"), 30U);  // 3000 operations
  EXPECT_EQ(fills("identity"), 30U);
  EXPECT_LT(fills("constant"), 12U);
  EXPECT_EQ(fills("top"), fills("constant"));
  EXPECT_GT(fills("low"), fills("constant"));
  EXPECT_EQ(ops_run("map u64 u64 hash=constant\n", 200, "putrange 0 10\nclear\n"), 400U);
  EXPECT_EQ(ops_run("map u64 u64 hash=constant\n", 400, "putrange 0 5\n"), 400U) << "updates";
  EXPECT_LT(ops_run("map f64 u64 hash=constant\n", 400, "touch nan 5\n"), 100U)
      << "each NaN is another";
}

TEST(Harness, BurstsOnANilMapAreShortened) {
  const Program program = text_program(
      "map u64 u64\nputrange 0 9\niter a\nnil\nputrange 0 9\nnext a 9\ndelrange 0 2\n");
  const Program run = program_of(encode(program), Plain());
  ASSERT_EQ(run.ops.size(), program.ops.size());
  EXPECT_EQ(run.ops[0].n, 9U);
  EXPECT_EQ(run.ops[3].n, 2U);
  EXPECT_EQ(run.ops[4].n, 9U) << "a walk goes on";
  EXPECT_EQ(run.ops[5].n, 2U);
}

// What outlives an input looks like a leak to an engine, which gives up looking for leaks after a
// thousand of them. A walk at its end is where it would hide.
TEST(Harness, AProgramLeavesNothingBehind) {
  const std::unique_ptr<Target> target = make_two_ports();
  const auto examine = [&](const char* text) {
    return target->examine(std::get<Program>(parse(text)), nullptr);
  };
  EXPECT_FALSE(examine("map owning owning\nput 1\nget 2\n"));  // makes what lives for ever
  const std::int64_t before = Owning::live();
  EXPECT_FALSE(
      examine("map owning owning\nputrange 0 100\niter a\ndrain a\niter b\nnext b 3\ndelrange 0 "
              "50\nnil\n"));
  EXPECT_EQ(Owning::live(), before);
}

TEST(Harness, TheFaithfulPortRunsOnlyWhereItMayDiffer) {
  unsigned runs = 0;
  class Counted : public FakePort {
   public:
    explicit Counted(unsigned* made) : made_(*made) {}
    void make(const MapSpec& spec) override {
      ++made_;
      FakePort::make(spec);
    }

   private:
    unsigned& made_;
  };
  bool alike = true;
  TwoPorts target(std::make_unique<FakePort>(), std::make_unique<Counted>(&runs), nullptr, {},
                  [&] { return alike; });
  EXPECT_FALSE(target.examine(Program(), nullptr));
  EXPECT_EQ(runs, 0U);
  alike = false;
  EXPECT_FALSE(target.examine(Program(), nullptr));
  EXPECT_EQ(runs, 1U);
}

// What an engine makes up runs on the faithful port now and then; what is replayed or shrunk
// always.
TEST(Harness, OneMutatedInputInFourRunsOnTheFaithfulPort) {
  const std::unique_ptr<TwoPorts> target = two<FakePort, Miscounts>(unknown);
  Program program = text_program("map u64 u64\nputrange 0 20\nlen\n");
  const auto stops = [&](Statistics* statistics) {
    unsigned count = 0;
    for (std::uint16_t key = 0; key < 256; ++key) {
      program.ops.front().key = key;
      count += target->examine(program, statistics) ? 1 : 0;
    }
    return count;
  };
  Statistics statistics("");
  EXPECT_EQ(stops(&statistics), 256U);
  statistics.note_start();
  const unsigned mutated = stops(&statistics);
  EXPECT_GT(mutated, 256U / 8);
  EXPECT_LT(mutated, 256U / 2);
  EXPECT_EQ(stops(&statistics), mutated) << "the same ones each time";
  EXPECT_EQ(stops(nullptr), 256U);
}

TEST(Harness, ANilMapIsPutToTwice) {
  const Program run = program_of(
      encode(text_program("map u64 u64\nput 1\nput 2\nput 3\nnil\nput 1\nlen\nfill 1 5\nput 3\n"
                          "touch 4 2\nhas 1\n")),
      Plain());
  EXPECT_EQ(print(run).substr(print(run).find("nil")), "nil\nput 1\nlen\nfill 1 2\nhas 1\n");
}

TEST(Statistics, TheFileIsReadableJsonThatNamesFindingsAndPeaks) {
  const TemporaryFolder folder;
  Statistics statistics(folder / "stats.json");
  statistics.count_run(10, 4);
  statistics.count_run(5);
  statistics.count_finding("x");
  statistics.note_peak("B", 3);
  statistics.note_peak("B", 2);
  statistics.write();
  const auto json = nlohmann::json::parse(contents(folder / "stats.json"));
  EXPECT_EQ(json["executions"], 2);
  EXPECT_EQ(json["operations"], 15);
  EXPECT_EQ(json["operations_in_bursts"], 4);
  EXPECT_EQ(json["findings"]["x"], 1);
  EXPECT_EQ(json["peaks"]["B"], 3);
  EXPECT_FALSE(fs::exists(folder / "stats.json.new"));
}

TEST(Statistics, TellApartWhatTheInputsReachedThatWereThereAtTheStart) {
  Statistics statistics("");
  std::uint64_t times = 0;
  statistics.set_source([&times](Statistics* all) {
    all->set_seen("at first", 1);
    all->set_seen("later", times);
  });
  EXPECT_FALSE(nlohmann::json::parse(statistics.json()).contains("seen_at_start"));
  statistics.note_start();
  times = 1;
  statistics.note_start();  // heeded the first time
  const auto json = nlohmann::json::parse(statistics.json());
  EXPECT_EQ(json["seen_at_start"], nlohmann::json::array({"at first"}));
  EXPECT_EQ(json["seen"]["later"], 1);
}

}  // namespace
}  // namespace mapproof
