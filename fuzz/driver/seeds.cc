#include "fuzz/driver/seeds.h"

#include "conformance/cli/io.h"
#include "fuzz/driver/context.h"
#include "fuzz/driver/corpus.h"

namespace mapproof::driver {

namespace fs = std::filesystem;

std::map<fs::path, fs::path> make_seeds(const FuzzTarget& target, const fs::path& programs,
                                        const fs::path& seeds) {
  std::error_code ignored;
  fs::remove_all(seeds, ignored);
  make_folder(seeds);
  std::map<fs::path, fs::path> sources;
  const auto keep = [&](const fs::path& source, const std::string& name, std::string_view bytes) {
    cli::write_file((seeds / name).string(), bytes);
    sources.emplace(seeds / name, source);
  };
  for (const Input& input : load_inputs(
           programs, true, [](const std::string& why) { say("no program, left out: " + why); })) {
    const std::string name = input.source.filename().string();
    keep(input.source, name + ".bin", input.bytes);
    // A target that reads text gets both forms.
    if (!target.runs_programs()) keep(input.source, name, cli::read_file(input.source.string()));
  }
  return sources;
}

}  // namespace mapproof::driver
