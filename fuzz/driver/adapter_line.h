// The line of an adapter's source, told by the debug information of its library.
#pragma once

#include <filesystem>
#include <optional>

#include "fuzz/driver/children.h"
#include "fuzz/driver/place.h"

namespace mapproof::driver {

// Where the library's exported symbol of the C door is defined, for adapters have no other name
// that is known. Nothing: there is no debug information, or no nm or addr2line (binutils) to read
// it. `scratch`: a folder for the output of these, which is gone when this returns.
std::optional<Place> line_of_adapter(const std::filesystem::path& library,
                                     const std::filesystem::path& scratch, Children* children);

}  // namespace mapproof::driver
