// The files that a worker leaves of a failure, as fuzz/artifacts.h and libFuzzer name them: an
// artifact, which is the input, and perhaps its program in text and a shrunk one.
#pragma once

#include <array>
#include <filesystem>
#include <vector>

namespace mapproof::driver {

// The artifacts in a folder, most telling first, each input once. A slow input is none, nor is a
// file that is not what its name says (torn_in).
std::vector<std::filesystem::path> artifacts_in(const std::filesystem::path& folder);

// Those that are not, or not yet, written to their end: all carry a hash of what they hold in their
// names.
std::vector<std::filesystem::path> torn_in(const std::filesystem::path& folder);

// Where the texts of an artifact are, if it has any.
std::filesystem::path text_of(const std::filesystem::path& artifact);
std::filesystem::path shrunk_text_of(const std::filesystem::path& artifact);

// All three. The artifact comes last: as long as it is there, it is to be explained.
std::array<std::filesystem::path, 3> files_of(const std::filesystem::path& artifact);

}  // namespace mapproof::driver
