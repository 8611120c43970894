// mapproof generate: a random program out of a seed.

#include "oracle/generate.h"

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>

#include "conformance/cli/commands.h"
#include "conformance/cli/io.h"
#include "conformance/cli/numbers.h"
#include "oracle/text.h"

namespace mapproof::cli {
namespace {

struct GenerateCommand {
  std::uint64_t seed = 0;
  std::string key;
  std::string elem;
  std::string hash;
  std::string profile;
  GenerateOptions how;
};

// Puts what was asked for in place of what the seed drew.
template <typename T>
void override_with(const std::string& text, const char* what, std::optional<T> named, T* field) {
  if (text.empty()) return;
  if (!named) throw CannotRun(fmt::format("unknown {} {}", what, text));
  *field = *named;
}

int generate_one(const GenerateCommand& options) {
  MapSpec spec = generate_spec(options.seed);
  const KeyKind drawn_key = spec.key;
  override_with(options.key, "key kind", key_kind_named(options.key), &spec.key);
  override_with(options.elem, "elem kind", elem_kind_named(options.elem), &spec.elem);
  override_with(options.hash, "hash mode", hash_mode_named(options.hash), &spec.hash);
  // The drawn hashes of single keys fit the drawn kind only.
  if (spec.hash != HashMode::table || spec.key != drawn_key) spec.hashes.clear();
  GenerateOptions how = options.how;
  how.profile = profile_named(options.profile).value_or(Profile::go);
  Program program = generate(spec, options.seed, how);
  program.comments = {fmt::format("generated, seed {}", options.seed)};
  write_file("", print(program));
  return kHolds;
}

}  // namespace

void add_generate(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<GenerateCommand>();
  CLI::App* command = app.add_subcommand("generate", "Print a random program");
  command->add_option("--seed", options->seed, "the same seed gives the same program")
      ->required()
      ->check(whole_number(0, kAnySeed));
  command->add_option("--key", options->key, "key kind (default: drawn)");
  command->add_option("--elem", options->elem, "elem kind (default: drawn)");
  command->add_option("--hash", options->hash, "hash mode (default: drawn)");
  command->add_option("--ops", options->how.ops, "operations, bursts counted as one")
      ->capture_default_str()
      ->check(whole_number(1, 100'000));
  command
      ->add_option("--profile", options->profile, "go, std (no changes during a walk), js, python")
      ->check(CLI::IsMember({"go", "std", "js", "python"}));
  command->footer(R"(Examples:
  mapproof generate --seed 7
  mapproof generate --seed 7 --key f64 --hash identity --ops 20 | mapproof replay -)");
  command->callback([options, exit_code] { *exit_code = generate_one(*options); });
}

}  // namespace mapproof::cli
