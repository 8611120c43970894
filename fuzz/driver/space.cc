#include "fuzz/driver/space.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

namespace mapproof::driver {
namespace {

// Enough for an input and what explains it.
constexpr std::uint64_t kFewestBytes = 64 * 1024;
constexpr std::uint64_t kFewestFiles = 64;

}  // namespace

std::optional<Room> room_of(const std::filesystem::path& folder) {
  struct statvfs system = {};
  if (::statvfs(folder.c_str(), &system) != 0) return std::nullopt;
  Room room{.bytes = std::uint64_t{system.f_bavail} * system.f_frsize, .files = std::nullopt};
  if (system.f_files != 0) room.files = system.f_favail;
  return room;
}

std::string disk_trouble(const std::vector<std::filesystem::path>& folders, const RoomOf& room) {
  for (const std::filesystem::path& folder : folders) {
    const std::optional<Room> there = room(folder);
    if (!there) continue;
    if (there->bytes >= kFewestBytes && there->files.value_or(kFewestFiles) >= kFewestFiles) {
      continue;
    }
    return fmt::format("the disk of {} is full: stopped, what was found so far is kept",
                       folder.string());
  }
  return "";
}

}  // namespace mapproof::driver
