#include "conformance/emit_c.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "conformance/emit_c_pieces.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

bool is_known(KeyKind kind) {
  switch (kind) {
    case KeyKind::u32:
    case KeyKind::u64:
    case KeyKind::i64:
    case KeyKind::f64:
    case KeyKind::string:
      return true;
    default:
      return false;
  }
}
bool is_known(ElemKind kind) {
  return kind == ElemKind::u32 || kind == ElemKind::u64 || kind == ElemKind::string;
}

std::string c_literal(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

// What may stand in a comment.
std::string commented(std::string text) {
  for (std::size_t at = 0; (at = text.find("*/", at)) != text.npos;) text.replace(at, 2, "* /");
  for (std::size_t at = 0; (at = text.find("/*", at)) != text.npos;) text.replace(at, 2, "/ *");
  std::string result = "     ";
  for (const char c : text) result += c == '\n' ? std::string("\n     ") : std::string(1, c);
  result.erase(result.find_last_not_of(" \n") + 1);
  return result;
}

bool puts(OpCode code) {
  return code == OpCode::put || code == OpCode::fill || code == OpCode::touch ||
         code == OpCode::putrange;
}

struct Elementary {
  std::string_view name;  // in C
  std::uint32_t count = 1;
};
Elementary elementary(const Op& op) {
  switch (op.code) {
    case OpCode::put:
      return {"PUT"};
    case OpCode::fill:
    case OpCode::touch:
    case OpCode::putrange:
      return {"PUT", op.n};
    case OpCode::get:
      return {"GET"};
    case OpCode::has:
      return {"HAS"};
    case OpCode::del:
      return {"DEL"};
    case OpCode::empty:
    case OpCode::delrange:
      return {"DEL", op.n};
    case OpCode::clear:
      return {"CLEAR"};
    case OpCode::len:
      return {"LEN"};
    case OpCode::iter:
      return {"ITER"};
    case OpCode::iter_any:
      return {"ITER_ANY"};
    case OpCode::next:
      return {"NEXT", op.n};
    case OpCode::drain:
      return {"NEXT", 0xffffffffU};
    case OpCode::drop:
      return {"DROP"};
    case OpCode::nil:
      return {"NIL"};
    case OpCode::audit:
      break;
  }
  return {"NOTHING"};
}

// How far apart the keys of a burst are.
std::uint32_t stride(KeyKind kind, const Op& op) {
  if (op.n < 2) return 0;
  return (key_at(kind, op, 1) + domain_size(kind) - key_at(kind, op, 0)) % domain_size(kind);
}

std::string operations(const Program& program) {
  std::string text;
  for (const Op& op : program.ops) {
    const auto [name, count] = elementary(op);
    const bool keyed = name == "PUT" || name == "DEL" || name == "GET" || name == "HAS";
    text += fmt::format("  {{{}, {}, {}, {}u, {}, {}, {}, {}}},\n", name,
                        keyed ? key_at(program.spec.key, op, 0) : 0,
                        keyed ? stride(program.spec.key, op) : 0, count, op.slot, op.bucket,
                        op.offset, c_literal(print(program.spec, op)));
  }
  return text;
}

// The hash of every key that the program names, by the number that equal keys share.
std::string hashes(const Program& program, bool* nan) {
  Hashing hashing = hashing_of(program.spec);
  const KeyKind kind = program.spec.key;
  std::map<std::uint32_t, std::uint64_t> all;
  for (const Op& op : program.ops) {
    const auto [name, count] = elementary(op);
    if (name != "PUT" && name != "DEL" && name != "GET" && name != "HAS") continue;
    for (std::uint32_t step = 0; step < count; ++step) {
      const std::uint32_t index = key_at(kind, op, step);
      const KeyClass c = key_class(kind, index);
      *nan |= c.nan;
      if (!c.nan) all.try_emplace(c.equality, hashing(index, program.spec.hash0));
    }
  }
  std::string text;
  for (const auto& [key, hash] : all) text += fmt::format("  {{{}, {:#x}u}},\n", key, hash);
  return text;
}

std::string nan_hashes(const Program& program) {
  constexpr int kDraws = 256;  // then from the beginning; a map hashes a NaN a few times at most
  Hashing hashing = hashing_of(program.spec);
  std::string text;
  for (int i = 0; i < kDraws; ++i) {
    text += fmt::format("{}{:#x}u,", i % 4 == 0 ? "\n  " : " ", hashing(kNaN, program.spec.hash0));
  }
  return text;
}

}  // namespace

CProgram emit_c(const Program& program) {
  if (!is_known(program.spec.key) || !is_known(program.spec.elem)) {
    return {.text = "",
            .refusal = fmt::format("keys of {} and elems of {}: there is C for keys of u32, u64, "
                                   "i64, f64, str and elems of u32, u64, str",
                                   name(program.spec.key), name(program.spec.elem))};
  }
  std::uint64_t entries = 1;
  for (const Op& op : program.ops) entries += puts(op.code) ? elementary(op).count : 0;
  bool nan = false;
  const std::string table = hashes(program, &nan);
  return {
      .text =
          fmt::format(
              kCHead, fmt::arg("program", commented(print(program))),
              fmt::arg("key", name(program.spec.key)), fmt::arg("elem", name(program.spec.elem)),
              fmt::arg("seed", program.spec.seed), fmt::arg("hash0", program.spec.hash0),
              fmt::arg("hint", program.spec.hint), fmt::arg("entries", entries),
              fmt::arg("hashes", table.empty() ? "  {0, 0},\n" : table),
              fmt::arg("nans", nan ? nan_hashes(program) : " 0"), fmt::arg("has_nan", nan ? 1 : 0),
              fmt::arg("operations", program.ops.empty() ? "  {NOTHING, 0, 0, 0u, 0, 0, 0, \"\"},\n"
                                                         : operations(program))) +
          std::string(kCBody),
      .refusal = ""};
}

}  // namespace mapproof
