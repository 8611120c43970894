// Is there room for what a run finds?
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mapproof::driver {

struct Room {
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> files;  // nothing: the file system does not count them
};
using RoomOf = std::function<std::optional<Room>(const std::filesystem::path&)>;

// What the file system says; nothing if it says nothing.
std::optional<Room> room_of(const std::filesystem::path& folder);

// The sentence that ends a run, or "" as long as each folder can take an artifact.
std::string disk_trouble(const std::vector<std::filesystem::path>& folders,
                         const RoomOf& room = room_of);

}  // namespace mapproof::driver
