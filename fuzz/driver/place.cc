#include "fuzz/driver/place.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <optional>
#include <string_view>

namespace mapproof::driver {
namespace {

namespace fs = std::filesystem;

struct Callee {
  const char* file;      // of impl/gomap
  const char* function;  // there
  const char* member;    // of mapproof_port_api
};

// Nothing: the operation only looks, or lets go.
std::optional<Callee> callee(OpCode code) {
  switch (code) {
    case OpCode::put:
    case OpCode::fill:
    case OpCode::touch:
    case OpCode::putrange:
      return Callee{"assign.h", "mapassign", "assign"};
    case OpCode::get:
      return Callee{"access.h", "mapaccess1", "find"};
    case OpCode::has:
      return Callee{"access.h", "mapaccess2", "find"};
    case OpCode::del:
    case OpCode::empty:
    case OpCode::delrange:
      return Callee{"erase.h", "mapdelete", "erase"};
    case OpCode::clear:
      return Callee{"clear.h", "mapclear", "clear"};
    case OpCode::iter:
    case OpCode::iter_any:
      return Callee{"iterate.h", "mapiterinit", "iterate"};
    case OpCode::next:
    case OpCode::drain:
      return Callee{"iterate.h", "mapiternext", "next"};
    case OpCode::len:
    case OpCode::drop:
    case OpCode::nil:
    case OpCode::audit:
      return std::nullopt;
  }
  return std::nullopt;
}

Callee callee_of(const Program& program, std::size_t op) {
  for (std::size_t i = std::min(op + 1, program.ops.size()); i-- > 0;) {
    if (const auto found = callee(program.ops[i].code)) return *found;
  }
  return {"make.h", "makemap", "create"};
}

// The line on which a function at the outermost level is defined.
unsigned line_of(const fs::path& file, const std::string& function) {
  std::ifstream in(file);
  unsigned number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const std::size_t at = line.find(function + "(");
    if (at == line.npos || at == 0 || line.front() == ' ' || line.front() == '/') continue;
    if (line[at - 1] == ' ' || line[at - 1] == '*' || line[at - 1] == '&') return number;
  }
  return 0;
}

bool starts_with(const fs::path& path, const fs::path& folder) {
  const std::string prefix = (folder / "").string();
  return path.string().starts_with(prefix);
}

// "    #1 0x55aa in f(int) /a/b.cc:12:3", "    #2 0x7f (/a/lib.so+0x12)"
Place parse_frame(const std::string& frame) {
  Place place;
  const std::size_t in = frame.find(" in ");
  const std::size_t begin = in == frame.npos ? frame.find(" (/") : frame.find(" /", in);
  const std::size_t module = frame.find(" (/", in == frame.npos ? 0 : in);
  const std::size_t location = std::min(begin, module);
  if (in != frame.npos && in + 4 <= frame.size()) {
    const std::size_t end = std::min(location, frame.size());
    place.function = frame.substr(in + 4, end - in - 4);
  }
  if (location == frame.npos) return place;
  if (location == module) {
    const std::size_t start = location + 2;
    place.file = frame.substr(start, frame.find_first_of("+)", start) - start);
    return place;
  }
  std::string file = frame.substr(location + 1);
  const std::size_t colon = file.find(':');
  if (colon != file.npos) {
    std::size_t i = colon + 1;
    for (; i < file.size() && file[i] >= '0' && file[i] <= '9'; ++i) {
      place.line = place.line * 10 + static_cast<unsigned>(file[i] - '0');
    }
    file.resize(colon);
  }
  place.file = fs::path(file).lexically_normal().string();
  return place;
}

// Neither this project's, nor the system's, nor the fuzzer's.
bool is_of_library(const Place& place, const Suspect& suspect) {
  if (place.file == suspect.library.string()) return true;
  if (place.line == 0) return false;
  for (const char* room : {"oracle", "fuzz"}) {
    if (starts_with(place.file, suspect.source / room)) return false;
  }
  for (const char* system : {"/usr", "/lib", "/build"}) {
    if (starts_with(place.file, system)) return false;
  }
  return true;
}

}  // namespace

std::string below(const std::string& file, const fs::path& source) {
  return starts_with(file, source) ? fs::path(file).lexically_relative(source).string() : file;
}

Place place_of_call(const Program& program, std::size_t op, const Suspect& suspect) {
  const Callee called = callee_of(program, op);
  switch (suspect.kind) {
    case Suspect::Kind::library:
      return {below(suspect.library.string(), suspect.source), 0, called.member};
    case Suspect::Kind::judge:
      return {"oracle/judge.cc", 0, "Judge"};
    case Suspect::Kind::port_of_this_project:
      break;
  }
  const std::string file = std::string("impl/gomap/") + called.file;
  return {file, line_of(suspect.source / file, called.function), called.function};
}

Place place_of_frames(const std::vector<std::string>& frames, const Suspect& suspect) {
  using Choice = std::function<bool(const Place&)>;
  const auto in_room = [&suspect](const char* room) {
    return [&suspect, room](const Place& place) {
      return starts_with(place.file, suspect.source / room);
    };
  };
  const Choice in_map = [&](const Place& place) {
    return suspect.kind == Suspect::Kind::library ? is_of_library(place, suspect)
                                                  : in_room("impl")(place);
  };
  for (const Choice& choice : {in_map, Choice(in_room("oracle")), Choice(in_room("conformance")),
                               Choice(in_room("fuzz"))}) {
    for (const std::string& frame : frames) {
      Place place = parse_frame(frame);
      if (place.file.empty() || !choice(place)) continue;
      place.file = below(place.file, suspect.source);
      return place;
    }
  }
  return {};
}

}  // namespace mapproof::driver
