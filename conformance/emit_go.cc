#include "conformance/emit_go.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/emit_go_pieces.h"
#include "conformance/ports/gomap_port.h"
#include "conformance/properties/catalogue.h"
#include "oracle/judge.h"
#include "oracle/run.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

// ---- kinds ----

// How keys of one kind are told in Go. In keyAt, the special members come before `number`.
struct KeyInGo {
  KeyKind kind;
  std::string_view type;    // behind "type K "
  std::string_view number;  // the key at an ordinary index i
  std::string_view more;    // declarations
};

// Rows are found by the number of their kind.
template <class Rows>
constexpr bool in_order(const Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].kind) != i) return false;
  }
  return true;
}

constexpr std::array kKeysInGo{
    KeyInGo{KeyKind::u8, "uint8", "return K(i)", ""},
    KeyInGo{KeyKind::u16, "uint16", "return K(i)", ""},
    KeyInGo{KeyKind::u32, "uint32", "return K(i)", ""},
    KeyInGo{KeyKind::u64, "uint64", "return K(i)", ""},
    KeyInGo{KeyKind::i64, "int64", "return K(i)", ""},
    KeyInGo{KeyKind::f32, "float32", "return K(i)", go::kFloatKeys},
    KeyInGo{KeyKind::f64, "float64", "return K(i)", go::kFloatKeys},
    KeyInGo{KeyKind::c64, "complex64", "return K(complex(float64(i&255), float64(i>>8)))",
            go::kComplexKeys},
    KeyInGo{KeyKind::c128, "complex128", "return K(complex(float64(i&255), float64(i>>8)))",
            go::kComplexKeys},
    KeyInGo{KeyKind::boolean, "bool", "return i%2 == 1", ""},
    KeyInGo{KeyKind::string, "string", "return K(strconv.Itoa(i))", ""},
    KeyInGo{KeyKind::interface, "interface{}",
            "switch i % 3 {\n\tcase 0:\n\t\treturn float64(i)\n\tcase 1:\n\t\treturn i\n\t}\n"
            "\treturn strconv.Itoa(i)",
            go::kInterfaceKeys},
    KeyInGo{KeyKind::array, "[4]uint32", "return K{uint32(i), ^uint32(i), uint32(i) << 16}", ""},
    KeyInGo{KeyKind::padded, "struct {\n\ta uint8\n\tb uint64\n\tc uint8\n}",
            "return K{uint8(i), uint64(i >> 8), ^uint8(i)}", ""},
    KeyInGo{KeyKind::owning, "struct{ name string }", "return K{strconv.Itoa(i)}", ""},
    KeyInGo{KeyKind::big, "[17]uint64", "return K{uint64(i)}", ""},
    KeyInGo{KeyKind::bigfloat, "struct {\n\tvalue float64\n\t_     [16]uint64\n}",
            "return K{value: float64(i)}", go::kBigFloatKeys},
    KeyInGo{KeyKind::empty, "struct{}", "return K{}", ""},
    KeyInGo{KeyKind::pointer, "*byte", "return &cells[i%len(cells)]",
            "\n// Something to point to.\nvar cells [65536]byte\n"},
};
static_assert(kKeysInGo.size() == kKeyKinds && in_order(kKeysInGo));

struct ElemInGo {
  ElemKind kind;
  std::string_view type;
  std::string_view stamped;  // the elem that carries `stamp`
};
constexpr std::array kElemsInGo{
    ElemInGo{ElemKind::u8, "uint8", "V(stamp)"},
    ElemInGo{ElemKind::u32, "uint32", "V(stamp)"},
    ElemInGo{ElemKind::u64, "uint64", "V(stamp)"},
    ElemInGo{ElemKind::string, "string", "V(strconv.Itoa(stamp))"},
    ElemInGo{ElemKind::owning, "struct{ name string }", "V{strconv.Itoa(stamp)}"},
    ElemInGo{ElemKind::big, "[17]uint64", "V{uint64(stamp)}"},
    ElemInGo{ElemKind::empty, "struct{}", "V{}"},
    ElemInGo{ElemKind::pointer, "*int", "&stamp"},
};
static_assert(kElemsInGo.size() == kElemKinds && in_order(kElemsInGo));

// ---- the members of a domain that are no ordinary numbers ----

bool is_special(KeyKind kind, std::uint32_t index) {
  return key_text(kind, index) != std::to_string(index);
}

// How the member called `text` is named in Go.
std::string_view special_name(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kNames{{
      {"nan", "nan"},
      {"-0", "negZero"},
      {"inf", "inf"},
      {"nan-imag", "nanImag"},
      {"unhashable", "unhashable"},
      {"nil", "nilKey"},
      {"\"\"", "emptyString"},
  }};
  for (const auto& [from, to] : kNames) {
    if (from == text) return to;
  }
  throw std::logic_error("a special key without a name in Go: " + std::string(text));
}

std::string special_value(KeyKind kind, std::string_view text) {
  if (text == "unhashable") return "[]int{}";
  if (text == "nil") return "nil";
  if (text == "\"\"") return "\"\"";
  const std::string_view number = text == "-0"    ? "math.Copysign(0, -1)"
                                  : text == "inf" ? "math.Inf(1)"
                                                  : "math.NaN()";
  switch (kind) {
    case KeyKind::c64:
    case KeyKind::c128:
      return text == "-0" || text == "nan-imag" ? fmt::format("K(complex(0, {}))", number)
                                                : fmt::format("K(complex({}, 0))", number);
    case KeyKind::bigfloat:
      return fmt::format("K{{value: {}}}", number);
    case KeyKind::interface:
      return std::string(number);
    default:
      return fmt::format("K({})", number);
  }
}

// ---- what a program needs ----

using Flags = std::set<std::string, std::less<>>;

struct Needs {
  Flags flags;
  std::set<std::uint32_t> specials;
  std::vector<unsigned> slots;  // in rising order
};

std::uint32_t steps_of(const Op& op) {
  switch (op.code) {
    case OpCode::put:
    case OpCode::get:
    case OpCode::has:
    case OpCode::del:
      return 1;
    case OpCode::fill:
    case OpCode::empty:
    case OpCode::touch:
    case OpCode::putrange:
    case OpCode::delrange:
      return op.n;
    default:
      return 0;
  }
}

bool is_iterator_op(OpCode code) {
  return code == OpCode::iter || code == OpCode::iter_any || code == OpCode::next ||
         code == OpCode::drain || code == OpCode::drop;
}

void note_specials(KeyKind kind, const Op& op, Needs* needs) {
  for (std::uint32_t step = 0; step < steps_of(op); ++step) {
    const std::uint32_t index = key_at(kind, op, step);
    if (!is_special(kind, index)) continue;
    needs->specials.insert(index);
    const std::string text = key_text(kind, index);
    if (text.starts_with("nan")) needs->flags.insert("nan");
    if (text == "-0") needs->flags.insert("negzero");
    if (text == "unhashable") needs->flags.insert("unhashable");
    if (text.starts_with("nan") || text == "-0" || text == "inf") needs->flags.insert("math");
  }
}

Needs needs_of(const Program& program) {
  const KeyKind kind = program.spec.key;
  Needs needs;
  std::set<unsigned> slots;
  for (const Op& op : program.ops) {
    needs.flags.emplace(name(op.code));
    note_specials(kind, op, &needs);
    if (is_iterator_op(op.code)) slots.insert(op.slot);
  }
  needs.slots.assign(slots.begin(), slots.end());
  Flags& flags = needs.flags;
  const auto has = [&flags](std::string_view flag) { return flags.contains(flag); };
  if (has("empty") || has("delrange")) flags.insert("del");
  if (has("nil") || has("unhashable")) flags.insert("strings");
  if (!facts(kind).reflexive) flags.insert("builtin");
  if (kind == KeyKind::interface) flags.insert("iface");
  return needs;
}

// ---- pieces put together ----

// "x", "!x", "x|y", "x&y"; & binds more tightly.
bool is_true(std::string_view condition, const Flags& flags) {
  if (const auto at = condition.find('|'); at != condition.npos) {
    return is_true(condition.substr(0, at), flags) || is_true(condition.substr(at + 1), flags);
  }
  if (const auto at = condition.find('&'); at != condition.npos) {
    return is_true(condition.substr(0, at), flags) && is_true(condition.substr(at + 1), flags);
  }
  return condition.starts_with('!') ? !flags.contains(condition.substr(1))
                                    : flags.contains(condition);
}

// The lines of a piece that the program needs.
std::string chosen(std::string_view piece, const Flags& flags) {
  std::string text;
  for (std::string_view rest = piece; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end);
    if (line.starts_with('?')) {
      const std::size_t space = line.find(' ');
      if (!is_true(line.substr(1, space - 1), flags)) continue;
      line.remove_prefix(space + 1);
    }
    text += line;
  }
  return text;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// ---- the operations of the program ----

std::string key_word(KeyKind kind, std::uint32_t index) {
  return is_special(kind, index) ? std::string(special_name(key_text(kind, index)))
                                 : std::to_string(index);
}

char slot_name(unsigned slot) { return static_cast<char>('a' + slot); }

std::string call(KeyKind kind, const Op& op) {
  const std::string key = key_word(kind, op.key);
  const char slot = slot_name(op.slot);
  switch (op.code) {
    case OpCode::put:
    case OpCode::get:
    case OpCode::has:
    case OpCode::del:
      return fmt::format("t.{}({})", name(op.code), key);
    case OpCode::clear:
    case OpCode::len:
      return fmt::format("t.{}()", name(op.code));
    case OpCode::iter:
    case OpCode::iter_any:
      return fmt::format("t.iter({})", slot);
    case OpCode::next:
      return fmt::format("t.next({}, {})", slot, op.n);
    case OpCode::drain:
    case OpCode::drop:
      return fmt::format("t.{}({})", name(op.code), slot);
    case OpCode::fill:
    case OpCode::empty:
      return fmt::format("t.{}({}, {})", name(op.code), op.key, op.n);
    case OpCode::touch:
      return fmt::format("t.touch({}, {})", key, op.n);
    case OpCode::putrange:
      return fmt::format("t.putRange({}, {})", key, op.n);
    case OpCode::delrange:
      return fmt::format("t.delRange({}, {})", key, op.n);
    case OpCode::nil:
      return "t.letGo()";
    case OpCode::audit:
      return "// audit: Go does not show its layout";
  }
  throw std::logic_error("an operation without a twin in Go");
}

std::string play(const Program& program) {
  std::string text =
      "\n// The program. Where it asks for hashes or for starts of walks, chance decides.\n"
      "func play(t *test) {\n";
  for (const Op& op : program.ops) text += fmt::format("\t{}\n", call(program.spec.key, op));
  return text + "}\n";
}

// ---- the head ----

// In a Go comment, where neither bytes that are no UTF-8 nor spaces at the end of a line may stand.
std::string as_code_block(std::string_view text) {
  std::string block;
  std::string line;
  for (const char c : text) {
    if (c != '\n') {
      line += c >= ' ' && c <= '~' ? c : '?';
      continue;
    }
    while (line.ends_with(' ')) line.pop_back();
    block += line.empty() ? "//\n" : fmt::format("//\t{}\n", line);
    line.clear();
  }
  return block;
}

// Text as lines of a comment that fit.
std::string as_comment(std::string_view text) {
  constexpr std::size_t kWidth = 100;
  std::string lines;
  std::string line = "//";
  for (const std::string_view word : words(text)) {
    if (line.size() + 1 + word.size() > kWidth) {
      lines += line + "\n";
      line = "//";
    }
    line += fmt::format(" {}", word);
  }
  return lines + line + "\n";
}

constexpr unsigned kTrials = 200;

std::optional<Verdict> verdict_of(const Program& program, Port& port) {
  Judge judge;
  RunOptions options;
  options.audit_at_end = true;
  return run(program, port, &judge, options).verdict;
}

// How often the program breaks the property when hashes and starts of walks are left to chance.
unsigned broken_by_chance(Program program, std::string_view property, Port& port) {
  program.spec.hash = HashMode::strong;
  program.spec.hashes.clear();
  for (Op& op : program.ops) {
    if (op.code == OpCode::iter) op = Op{.code = OpCode::iter_any, .slot = op.slot};
  }
  unsigned broken = 0;
  for (unsigned trial = 0; trial < kTrials; ++trial) {
    program.spec.hash0 = program.spec.seed = static_cast<std::uint8_t>(trial);
    const auto verdict = verdict_of(program, port);
    if (verdict && verdict->property == property) ++broken;
  }
  return broken;
}

std::string head(const Program& program, const Verdict& verdict, unsigned by_chance,
                 bool needs_builtin_clear) {
  std::string text = as_comment("Does the map of this Go break " + verdict.property + "?");
  text += "//\n" + as_comment(sentence(verdict.property) + ".");
  text += "//\n" + as_comment(fmt::format(
                       "On mapproof's port of Go 1.14.6's map this program breaks it, at \"{}\":",
                       print(program.spec, program.ops[verdict.op])));
  text += "//\n" + as_code_block(print(program)) + "//\n";
  text += as_comment(
      "In Go nobody can choose hashes or starts of walks, so the program runs in many rounds: "
      "first as it stands, then varied, with bursts of any length, more churn, and in place of "
      "each walk a herd of walks that go on at any moment. " +
      (by_chance > 0
           ? fmt::format("The port breaks the property in {} of {} runs of the program as it "
                         "stands, with hashes and starts of chance.",
                         by_chance, kTrials)
           : fmt::format("The program depends on its hashes or starts: with those of chance the "
                         "port breaks the property in none of {} runs. So it may not be shown "
                         "here although this Go breaks it, too.",
                         kTrials)));
  text += "//\n" + as_comment("Run: go run FILE.go [ROUNDS]");
  text += as_comment(
      "Prints \"shown\" and exits with 0 if the property was broken in some round, else prints "
      "\"not shown\" and exits with 1.");
  return text +
         as_comment(needs_builtin_clear
                        ? "Needs Go 1.21 or later, since older ones cannot clear a map whose "
                          "keys need not equal themselves; 1.24 and later have another map."
                        : "Needs Go 1.12 or later; 1.24 and later have another map.");
}

// ---- the whole ----

std::string imports(const Needs& needs) {
  std::string text = "package main\n\nimport (\n\t\"fmt\"\n";
  if (needs.flags.contains("math")) text += "\t\"math\"\n";
  text += "\t\"math/rand\"\n\t\"os\"\n\t\"reflect\"\n\t\"strconv\"\n";
  if (needs.flags.contains("strings")) text += "\t\"strings\"\n";
  return text + "\t\"time\"\n)\n";
}

constexpr std::string_view kConstants = R"(
const (
	property = "{}"
	// At most so many rounds, the first ones as the program stands; the argument says otherwise.
	rounds  = 200000
	literal = 1000
	// So many that show it are enough.
	enough = 10
	// As long as nothing is shown; else a tenth of it.
	limit = 20 * time.Second
)

type K {}
type V {}
)";

// "const a, b = 0, 1", or nothing.
std::string constants(const std::vector<std::pair<std::string, std::string>>& all) {
  if (all.empty()) return "";
  std::string names;
  std::string values;
  for (const auto& [key, value] : all) {
    names += (names.empty() ? "" : ", ") + key;
    values += (values.empty() ? "" : ", ") + value;
  }
  return fmt::format("const {} = {}\n", names, values);
}

std::string slots(const Needs& needs) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const unsigned slot : needs.slots) {
    all.emplace_back(std::string(1, slot_name(slot)), std::to_string(all.size()));
  }
  all.emplace_back("slots", std::to_string(needs.slots.size()));
  return "\n// Where walks are kept.\n" + constants(all);
}

std::string keys_and_elems(const MapSpec& spec, const Needs& needs) {
  const KeyInGo& key = kKeysInGo[static_cast<std::size_t>(spec.key)];
  std::string text = "\n// ---- keys and elems ----\n";
  std::vector<std::pair<std::string, std::string>> numbers;
  std::string cases;
  for (const std::uint32_t index : needs.specials) {
    const std::string words = key_text(spec.key, index);
    const std::string name(special_name(words));
    numbers.emplace_back(name, std::to_string(index));
    cases += fmt::format("\tcase {}:\n\t\treturn {}\n", name, special_value(spec.key, words));
  }
  if (!numbers.empty()) text += "\n// Numbers with a meaning of their own.\n" + constants(numbers);
  text += "\n// The key that programs know by its number.\nfunc keyAt(i int) K {\n";
  if (!cases.empty()) text += "\tswitch i {\n" + cases + "\t}\n";
  text += fmt::format("\t{}\n}}\n", key.number);
  text += chosen(key.more, needs.flags);
  const bool small = spec.key == KeyKind::f32 || spec.key == KeyKind::c64;
  text = replaced(std::move(text), "$bits", small ? "32" : "64");
  text = replaced(std::move(text), "$quiet", small ? "0x7fc00000" : "0x7ff8000000000000");
  return text + fmt::format("\nfunc elemOf(stamp int) V {{ return {} }}\n",
                            kElemsInGo[static_cast<std::size_t>(spec.elem)].stamped);
}

std::string chance(const MapSpec& spec, const Needs& needs) {
  const std::uint32_t domain = domain_size(spec.key);
  const bool small = domain <= 256;
  const bool hinted = spec.hint > 0 && spec.hint < 200;  // Go takes the others for none
  std::uint64_t buckets = 1;
  while (hinted && spec.hint > 8 && static_cast<std::uint64_t>(spec.hint) > 13 * (buckets / 2)) {
    buckets *= 2;
  }
  std::string text = chosen(go::kChance, needs.flags);
  text = replaced(std::move(text), "$make",
                  hinted ? fmt::format("make(map[K]V, {})", spec.hint) : "map[K]V{}");
  text = replaced(std::move(text), "$buckets", std::to_string(buckets));
  text = replaced(std::move(text), "$fresh", small ? "0" : "1000");
  return replaced(std::move(text), "$bound",
                  small ? fmt::format(" && len(t.m) < {}", domain * 3 / 4) : "");
}

std::string whole(const Program& program, const Verdict& verdict, unsigned by_chance) {
  const Needs needs = needs_of(program);
  std::string text = head(program, verdict, by_chance, is_true("clear&builtin", needs.flags));
  text += imports(needs);
  text += fmt::format(kConstants, verdict.property,
                      kKeysInGo[static_cast<std::size_t>(program.spec.key)].type,
                      kElemsInGo[static_cast<std::size_t>(program.spec.elem)].type);
  text += slots(needs) + play(program);
  for (const std::string_view piece :
       {go::kMain, go::kJudge, go::kWrites, go::kReads, go::kWalks, go::kBursts}) {
    text += chosen(piece, needs.flags);
  }
  return text + chance(program.spec, needs) + keys_and_elems(program.spec, needs);
}

// What the judge in the Go program knows.
bool go_can_see(std::string_view property) {
  static constexpr std::array<std::string_view, 15> kSeen{
      "iter/once",        "iter/no-deleted",  "iter/complete",       "iter/current-elem",
      "iter/current-key", "iter/clear-stops", "iter/known",          "access/present",
      "access/absent",    "len/exact",        "access/current-elem", "access/zero-on-miss",
      "panic/nil-put",    "panic/unhashable", "panic/unexpected"};
  return std::find(kSeen.begin(), kSeen.end(), property) != kSeen.end();
}

}  // namespace

GoProgram emit_go(const Program& program) {
  const std::unique_ptr<Port> port = make_gomap_port(0);
  const auto verdict = verdict_of(program, *port);
  if (!verdict) {
    return {.text = "", .refusal = "it breaks no property on the faithful port: nothing to show"};
  }
  if (!go_can_see(verdict->property)) {
    return {.text = "",
            .refusal = fmt::format("it breaks {}, which no Go program can see", verdict->property)};
  }
  const unsigned by_chance = broken_by_chance(program, verdict->property, *port);
  return {.text = whole(program, *verdict, by_chance), .refusal = ""};
}

}  // namespace mapproof
