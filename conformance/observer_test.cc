// What fuzzers see of a map's state: nothing that is not so, and most of what there is.
#include "fuzz/observer.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "conformance/corpus_files.h"
#include "conformance/ports/gomap_port.h"
#include "conformance/test_program.h"
#include "fuzz/statistics.h"
#include "oracle/run.h"
#include "oracle/situation_counter.h"

namespace mapproof {
namespace {

using Ids = std::set<std::string_view>;

// What an observer notes in a run of the program.
Ids observed(const Program& program, Port& observer) {
  std::array<std::uint64_t, kSituations.size()> before{};
  for (std::size_t i = 0; i < before.size(); ++i) before[i] = sightings().count_at(i);
  run(program, observer, nullptr);
  Ids ids;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (sightings().count_at(i) != before[i]) ids.insert(kSituations[i].id);
  }
  return ids;
}

Ids counted(const Program& program, Port* port) {
  const SituationLog log = situations_of(program, port);
  Ids ids;
  for (std::size_t i = 0; i < kSituations.size(); ++i) {
    if (log.count(i) != 0) ids.insert(kSituations[i].id);
  }
  return ids;
}

std::string missing_from(const Ids& some, const Ids& all) {
  std::string words;
  for (const std::string_view id : some) {
    if (all.count(id) == 0) words += std::string(id) + " ";
  }
  return words;
}

TEST(Observer, NotesNoSituationThatWasNotReached) {
  const auto port = make_gomap_port(0);
  Observer observer(make_gomap_port(0));
  std::size_t noted = 0;
  for (const auto& file : corpus_files("")) {
    const Program program = read_program(file);
    const Ids ids = observed(program, observer);
    noted += ids.size();
    EXPECT_EQ(missing_from(ids, counted(program, port.get())), "") << file;
  }
  EXPECT_GT(noted, 500U);
}

TEST(Observer, SeesAsManySituationsInTheCorpusAsTheHeadOfAMapTells) {
  Observer observer(make_gomap_port(0));
  Ids all;
  for (const auto& file : corpus_files("")) all.merge(observed(read_program(file), observer));
  EXPECT_GE(all.size(), 100U);
  for (const char* id :
       {"grow/same-size-starts-under-a-walk", "grow/same-size-twice", "walk/across-three-doublings",
        "walk/cleared-in-same-size", "walk/eight-at-once", "size/64-buckets", "key/bigfloat",
        "grow/ends-by-missed-delete", "unhashable/growing"}) {
    EXPECT_EQ(all.count(id), 1U) << id;
  }
}

TEST(Observer, ListsSituationsAndPeaksInTheStatistics) {
  Observer observer(make_gomap_port(0));
  run(program_of("map u64 u64\nputrange 0 60\niter a\nnext a\nputrange 60 60\ndrain a\n"), observer,
      nullptr);
  Statistics statistics("");
  statistics.set_source([](Statistics* to) { sightings().tell(to); });
  const auto json = nlohmann::json::parse(statistics.json());
  EXPECT_GE(json["seen"]["grow/bigger-starts-under-a-walk"], 1);
  EXPECT_GE(json["seen"]["key/u64"], 1);
  EXPECT_GE(json["peaks"]["count"], 120);
  EXPECT_GE(json["peaks"]["B"], 5);
  EXPECT_GE(json["peaks"]["walks"], 1);
}

TEST(Observer, ChangesNoAnswer) {
  const auto bare = make_gomap_port(0);
  Observer observer(make_gomap_port(0));
  const auto answers = [](const Program& program, Port& port) {
    std::string all;
    RunOptions options;
    options.trace = [&](std::size_t, std::size_t, const std::string& answer) {
      all += answer + "\n";
    };
    run(program, port, nullptr, options);
    return all;
  };
  for (const auto& file : corpus_files("seeds")) {
    const Program program = read_program(file);
    EXPECT_EQ(answers(program, observer), answers(program, *bare)) << file;
  }
}

}  // namespace
}  // namespace mapproof
