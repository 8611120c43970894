// The programs of corpus/, as engines want them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>

#include "fuzz/driver/targets.h"

namespace mapproof::driver {

// Writes the programs in text below `programs` into `seeds`, anew, as the bytes that the target
// reads. Returns where each file there comes from. Says which ones are no programs.
std::map<std::filesystem::path, std::filesystem::path> make_seeds(
    const FuzzTarget& target, const std::filesystem::path& programs,
    const std::filesystem::path& seeds);

}  // namespace mapproof::driver
