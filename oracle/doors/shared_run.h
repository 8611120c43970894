// The memory that a run shares with the child in which it runs.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "oracle/doors/transcript.h"

namespace mapproof::doors {

// What the child says of a run, besides its answers.
struct SharedFailure {
  std::array<char, 32> property;  // "": none
  std::array<char, 256> expected;
  std::array<char, 512> got;
};

struct SharedRun {
  // The host's descriptors: this memory, and the line on which either side says that it is done.
  static constexpr int kHostMemory = 3;
  static constexpr int kHostHears = 4;
  static constexpr int kHostSays = 5;

  static constexpr std::size_t kMostBytes = 1U << 18;    // of a program
  static constexpr std::size_t kMostWords = 1U << 16;    // of panics, each with its 0
  static constexpr std::size_t kMostAnswers = 1U << 22;  // pages are made as they are written

  // At start: what the library is, or why it is none.
  bool usable;
  std::array<char, 1024> objection;
  std::array<char, 256> name;
  std::uint8_t profile;
  bool forces_hashes, forces_starts, nan_keys, nil_maps, erases_in_walk, updates_keys;
  std::array<std::array<bool, kElemKinds>, kKeyKinds> stores;

  std::uint32_t program_size;
  std::array<std::uint8_t, kMostBytes> program;  // its byte form

  std::atomic<std::uint64_t> answers_given;  // those before it are whole, even after a crash
  std::uint32_t words_size;
  std::array<char, kMostWords> words;
  SharedFailure failure;
  std::array<Answer, kMostAnswers> answers;
};

}  // namespace mapproof::doors
