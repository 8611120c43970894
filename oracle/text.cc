#include "oracle/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <vector>

namespace mapproof {
namespace {

constexpr std::string_view kSpaces = " \t\r\v\f";
constexpr unsigned kAnnotationColumn =
    16;  // where `->` and `#` behind an operation stand, at least
constexpr std::int64_t kHugeHint = std::int64_t{1} << 62;
constexpr std::int64_t kLargestHint = std::numeric_limits<std::int64_t>::max();

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

// ---- what the parser expects, in words ----

std::string key_words(KeyKind kind) {
  const std::uint32_t last = domain_size(kind) - 1;
  std::string words = last == 0 ? "0" : fmt::format("0 to {}", last);
  for (std::uint32_t index = std::min(last, 255U); index >= 252; --index) {
    const std::string text = key_text(kind, index);
    if (text != std::to_string(index)) words += fmt::format(", {} (for {})", text, index);
  }
  return fmt::format("a key of kind {}: {}", name(kind), words);
}

template <class Kind>
std::string kind_words(std::string_view what, std::size_t kinds) {
  std::string words = fmt::format("{}: ", what);
  for (std::size_t i = 0; i < kinds; ++i) {
    words += fmt::format("{}{}", i == 0 ? "" : ", ", name(static_cast<Kind>(i)));
  }
  return words;
}

std::string op_words() {
  std::string words = "an operation: ";
  for (std::size_t i = 0; i < kOpCodes; ++i) {
    const auto code = static_cast<OpCode>(i);
    if (code != OpCode::iter_any) words += fmt::format("{}{}", i == 0 ? "" : ", ", name(code));
  }
  return words;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::string result = "\"";
  for (const char c : text.substr(0, kMost)) {
    const bool printable = c >= 0x20 && c < 0x7f;
    result +=
        printable ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return result + (text.size() > kMost ? "...\"" : "\"");
}

// ---- parsing ----

struct Token {
  std::string_view text;  // empty at the end of the line
  std::size_t column = 1;
  bool end() const { return text.empty(); }
};

// A line without its comment and annotation, word by word.
class Words {
 public:
  Words() = default;
  explicit Words(std::string_view line) : line_(line) {}

  Token next() {
    const std::size_t begin = line_.find_first_not_of(kSpaces, at_);
    if (begin == std::string_view::npos) return {{}, line_.size() + 1};
    at_ = std::min(line_.find_first_of(kSpaces, begin), line_.size());
    return {line_.substr(begin, at_ - begin), begin + 1};
  }

 private:
  std::string_view line_;
  std::size_t at_ = 0;
};

struct Attribute {  // name=value
  Token name, value;
};

Attribute attribute_of(const Token& token) {
  const std::size_t equals = token.text.find('=');
  if (equals == std::string_view::npos) return {token, {{}, token.column + token.text.size()}};
  return {{token.text.substr(0, equals), token.column},
          {token.text.substr(equals + 1), token.column + equals + 1}};
}

std::optional<std::int64_t> number_of(std::string_view text) {
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  if (hex && text.starts_with('-')) return std::nullopt;
  std::int64_t n = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, n, hex ? 16 : 10);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return n;
}

class Parser {
 public:
  std::variant<Program, TextError> parse(std::string_view text);

 private:
  // These say whether all is well; if not, error_ says what is not.
  bool line(std::string_view text);
  bool statement(std::string_view text, std::string_view annotation, bool annotated);
  bool version();
  bool map();
  bool map_attribute(const Token& token);
  bool hash();
  bool port();
  bool operation(const Token& word);
  bool arguments(Op& op);
  bool start(Op& op);
  bool key(std::uint32_t largest, std::uint16_t& index);
  bool slot(std::uint8_t& slot);
  bool end_of_line();
  template <class N>
  bool number(const Token& token, std::int64_t least, std::int64_t most, std::string_view what,
              N& n);
  bool fail(const Token& token, std::string expected);

  void comment(std::string_view text, bool leading);
  bool first_time(std::string_view attribute);
  TextError at_end_of_text(std::string_view text) const;

  Program program_;
  TextError error_;
  Words words_;
  std::size_t line_ = 0;
  bool has_version_ = false;
  bool has_map_ = false;
  bool is_operation_ = false;           // the line in hand is one
  std::vector<std::string_view> seen_;  // attributes of the line in hand
};

bool Parser::fail(const Token& token, std::string expected) {
  error_ = {line_, token.column, std::move(expected), token.end() ? "nothing" : quoted(token.text)};
  return false;
}

TextError Parser::at_end_of_text(std::string_view text) const {
  const std::size_t newline = text.rfind('\n');
  const std::size_t last_line = newline == std::string_view::npos ? 0 : newline + 1;
  return {static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1,
          text.size() - last_line + 1, "a map line, such as `map u64 u64`", "the end of the text"};
}

std::variant<Program, TextError> Parser::parse(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    ++line_;
    if (!line(text.substr(begin, end - begin))) return error_;
    begin = end + 1;
  }
  if (!has_map_) return at_end_of_text(text);
  auto& hashes = program_.spec.hashes;
  std::sort(hashes.begin(), hashes.end(),
            [](const KeyHash& x, const KeyHash& y) { return x.key < y.key; });
  return std::move(program_);
}

void Parser::comment(std::string_view text, bool leading) {
  if (text.starts_with(' ')) text.remove_prefix(1);
  const std::size_t last = text.find_last_not_of(kSpaces);
  text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
  if (leading) {
    program_.comments.emplace_back(text);
  } else {
    const std::size_t op = program_.ops.size() - (is_operation_ ? 1 : 0);
    program_.notes.push_back({op, is_operation_, std::string(text)});
  }
}

bool Parser::line(std::string_view text) {
  const std::size_t hash_sign = std::min(text.find('#'), text.size());
  const std::string_view before = text.substr(0, hash_sign);
  const std::size_t arrow = std::min(before.find("->"), before.size());
  const bool annotated = arrow < before.size();
  is_operation_ = false;
  const bool had_map = has_map_;
  if (annotated || !trimmed(before).empty()) {
    const std::string_view annotation = annotated ? before.substr(arrow + 2) : "";
    if (!statement(before.substr(0, arrow), annotation, annotated)) return false;
  }
  // A comment behind the map line joins those before it.
  if (hash_sign < text.size()) comment(text.substr(hash_sign + 1), !had_map);
  return true;
}

bool Parser::statement(std::string_view text, std::string_view annotation, bool annotated) {
  words_ = Words(text);
  seen_.clear();
  const Token word = words_.next();
  if (!has_map_) {
    if (word.text == "map") return map();
    if (word.text == "mapproof" && !has_version_) return version();
    if (word.text == "port") return port();
    return fail(word, has_version_ ? "a map line, such as `map u64 u64`"
                                   : "`mapproof 1` or a map line, such as `map u64 u64`");
  }
  const bool header = program_.ops.empty();
  if (header && word.text == "hash") return hash();
  if (header && word.text == "port") return port();
  if (!operation(word)) return false;
  is_operation_ = true;
  if (!annotated || trimmed(annotation).empty()) return true;
  program_.expect.resize(program_.ops.size());
  program_.expect.back() = trimmed(annotation);
  return true;
}

bool Parser::end_of_line() {
  const Token token = words_.next();
  return token.end() || fail(token, "the end of the line");
}

bool Parser::version() {
  has_version_ = true;
  const Token token = words_.next();
  if (number_of(token.text) != kVersion) return fail(token, fmt::format("version {}", kVersion));
  return end_of_line();
}

bool Parser::map() {
  MapSpec& spec = program_.spec;
  const Token key = words_.next();
  const auto key_kind = key_kind_named(key.text);
  if (!key_kind) return fail(key, kind_words<KeyKind>("a key kind", kKeyKinds));
  spec.key = *key_kind;
  const Token elem = words_.next();
  const auto elem_kind = elem_kind_named(elem.text);
  if (!elem_kind) return fail(elem, kind_words<ElemKind>("an elem kind", kElemKinds));
  spec.elem = *elem_kind;
  for (Token token = words_.next(); !token.end(); token = words_.next()) {
    if (!map_attribute(token)) return false;
  }
  has_map_ = true;
  return true;
}

bool Parser::first_time(std::string_view attribute) {
  if (std::find(seen_.begin(), seen_.end(), attribute) != seen_.end()) return false;
  seen_.push_back(attribute);
  return true;
}

bool Parser::map_attribute(const Token& token) {
  MapSpec& spec = program_.spec;
  const auto [name, value] = attribute_of(token);
  if (!first_time(name.text)) return fail(name, "each attribute once");
  if (name.text == "hash0") return number(value, 0, 255, "hash0", spec.hash0);
  if (name.text == "seed") return number(value, 0, 255, "a seed", spec.seed);
  if (name.text == "hash") {
    const auto mode = hash_mode_named(value.text);
    if (!mode) return fail(value, kind_words<HashMode>("a hash mode", kHashModes));
    spec.hash = *mode;
    return true;
  }
  if (name.text != "hint") return fail(token, "hash=, hash0=, seed= or hint=");
  const auto hint = value.text == "2^62"     ? kHugeHint
                    : value.text == "2^63-1" ? kLargestHint
                                             : number_of(value.text);
  if (!hint || capped_hint(*hint) != *hint) {
    return fail(value, "a hint: 0 to 199, -1, 2^62 or 2^63-1");
  }
  spec.hint = *hint;
  return true;
}

template <class N>
bool Parser::number(const Token& token, std::int64_t least, std::int64_t most,
                    std::string_view what, N& n) {
  const auto value = number_of(token.text);
  if (!value || *value < least || *value > most) {
    return fail(token, fmt::format("{}: {} to {}", what, least, most));
  }
  n = static_cast<N>(*value);
  return true;
}

bool Parser::hash() {
  MapSpec& spec = program_.spec;
  KeyHash hash;
  Words ahead = words_;
  const Token key_token = ahead.next();
  if (spec.hash != HashMode::table) {
    return fail(key_token, fmt::format("hash=table in the map line, not {}", name(spec.hash)));
  }
  std::uint16_t index = 0;
  if (!key(std::min(domain_size(spec.key) - 1, 255U), index)) return false;
  hash.key = static_cast<std::uint8_t>(index);
  for (const KeyHash& other : spec.hashes) {
    if (key_class(spec.key, other.key).equality == key_class(spec.key, index).equality) {
      return fail(key_token, "a key that equals none before");
    }
  }
  const Attribute top = attribute_of(words_.next());
  if (top.name.text != "top") return fail(top.name, "top=");
  if (!number(top.value, 0, 255, "the top byte of a hash", hash.top)) return false;
  const Attribute low = attribute_of(words_.next());
  if (low.name.text != "low") return fail(low.name, "low=");
  if (!number(low.value, 0, 255, "the low byte of a hash", hash.low)) return false;
  spec.hashes.push_back(hash);
  return end_of_line();
}

bool Parser::port() {
  const Token token = words_.next();
  if (token.end() || !program_.port.empty()) {
    return fail(token, program_.port.empty() ? "the name of a port" : "only one port");
  }
  program_.port = token.text;
  return end_of_line();
}

bool Parser::operation(const Token& word) {
  const auto code = op_named(word.text);
  if (!code || *code == OpCode::iter_any) return fail(word, op_words());
  Op op;
  op.code = *code;
  if (!arguments(op) || !end_of_line()) return false;
  program_.ops.push_back(op);
  return true;
}

bool Parser::arguments(Op& op) {
  const std::uint32_t last = domain_size(program_.spec.key) - 1;
  switch (op.code) {
    case OpCode::put:
    case OpCode::get:
    case OpCode::has:
    case OpCode::del:
      return key(last, op.key);
    case OpCode::clear:
    case OpCode::len:
    case OpCode::nil:
    case OpCode::audit:
      return true;
    case OpCode::iter:
    case OpCode::iter_any:
      return start(op);
    case OpCode::next: {
      if (!slot(op.slot)) return false;
      op.n = 1;
      Words ahead = words_;
      if (ahead.next().end()) return true;
      return number(words_.next(), 1, 255, "a number of steps", op.n);
    }
    case OpCode::drain:
    case OpCode::drop:
      return slot(op.slot);
    case OpCode::fill:
    case OpCode::empty:
      return number(words_.next(), 0, kFillStride - 1, "a residue class", op.key) &&
             number(words_.next(), 1, kMaxBurst, "a count", op.n);
    case OpCode::touch:
    case OpCode::putrange:
    case OpCode::delrange:
      return key(std::min(last, kMaxBurstKey), op.key) &&
             number(words_.next(), 1, kMaxBurst, "a count", op.n);
  }
  return false;
}

bool Parser::start(Op& op) {
  if (!slot(op.slot)) return false;
  op.code = OpCode::iter_any;
  for (Token token = words_.next(); !token.end(); token = words_.next()) {
    op.code = OpCode::iter;
    const auto [name, value] = attribute_of(token);
    if (!first_time(name.text)) return fail(name, "each attribute once");
    if (name.text == "bucket") {
      if (!number(value, 0, 255, "a start bucket", op.bucket)) return false;
    } else if (name.text == "offset") {
      if (!number(value, 0, 7, "a start offset", op.offset)) return false;
    } else {
      return fail(token, "bucket= or offset=");
    }
  }
  return true;
}

bool Parser::key(std::uint32_t largest, std::uint16_t& index) {
  const Token token = words_.next();
  const KeyKind kind = program_.spec.key;
  const auto found = key_from_text(kind, token.text);
  if (!found) return fail(token, key_words(kind));
  if (*found > largest) return fail(token, fmt::format("a key up to {}", largest));
  index = static_cast<std::uint16_t>(*found);
  return true;
}

bool Parser::slot(std::uint8_t& slot) {
  const Token token = words_.next();
  if (token.text.size() != 1 || token.text[0] < 'a' || token.text[0] >= 'a' + int{kIterators}) {
    return fail(token, "an iterator, a to h");
  }
  slot = static_cast<std::uint8_t>(token.text[0] - 'a');
  return true;
}

// ---- printing ----

// An annotation must not run on into the next line.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::string comment_line(std::string_view text) {
  return text.empty() ? "#" : "# " + one_line(text);
}

std::string print(const MapSpec& spec) {
  std::string line = fmt::format("map {} {}", name(spec.key), name(spec.elem));
  if (spec.hash != HashMode::identity) line += fmt::format(" hash={}", name(spec.hash));
  if (spec.hash0 != 0) line += fmt::format(" hash0={}", spec.hash0);
  if (spec.seed != 0) line += fmt::format(" seed={}", spec.seed);
  if (spec.hint == kHugeHint) {
    line += " hint=2^62";
  } else if (spec.hint == kLargestHint) {
    line += " hint=2^63-1";
  } else if (spec.hint != 0) {
    line += fmt::format(" hint={}", spec.hint);
  }
  return line + "\n";
}

// Appends what stands behind an operation, in a column of its own if there is room.
void append_behind(std::string& line, std::string_view text) {
  line.append(line.size() < kAnnotationColumn ? kAnnotationColumn - line.size() : 2, ' ');
  line += text;
}

}  // namespace

std::string TextError::message() const {
  return fmt::format("line {}, column {}: expected {}, found {}", line, column, expected, found);
}

std::variant<Program, TextError> parse(std::string_view text) { return Parser().parse(text); }

std::string print(const MapSpec& spec, const Op& op) {
  const std::string_view word = op.code == OpCode::iter_any ? name(OpCode::iter) : name(op.code);
  const char slot = static_cast<char>('a' + op.slot);
  switch (op.code) {
    case OpCode::put:
    case OpCode::get:
    case OpCode::has:
    case OpCode::del:
      return fmt::format("{} {}", word, key_text(spec.key, op.key));
    case OpCode::iter:
      return fmt::format("{} {} bucket={} offset={}", word, slot, op.bucket, op.offset);
    case OpCode::next:
      return op.n == 1 ? fmt::format("{} {}", word, slot)
                       : fmt::format("{} {} {}", word, slot, op.n);
    case OpCode::iter_any:
    case OpCode::drain:
    case OpCode::drop:
      return fmt::format("{} {}", word, slot);
    case OpCode::fill:
    case OpCode::empty:
      return fmt::format("{} {} {}", word, op.key, op.n);
    case OpCode::touch:
    case OpCode::putrange:
    case OpCode::delrange:
      return fmt::format("{} {} {}", word, key_text(spec.key, op.key), op.n);
    default:
      return std::string(word);
  }
}

std::string print(const Program& program) {
  const MapSpec& spec = program.spec;
  std::string text;
  text += fmt::format("mapproof {}\n", kVersion);
  for (const std::string& comment : program.comments) text += comment_line(comment) + "\n";
  if (!program.port.empty()) text += fmt::format("port {}\n", program.port);
  text += print(spec);
  for (const KeyHash& hash : spec.hashes) {
    text += fmt::format("hash {} top={:#04x} low={}\n", key_text(spec.key, hash.key), hash.top,
                        hash.low);
  }
  auto note = program.notes.begin();
  for (std::size_t i = 0; i <= program.ops.size(); ++i) {
    for (; note != program.notes.end() && note->op == i && !note->behind; ++note) {
      text += comment_line(note->text) + "\n";
    }
    if (i == program.ops.size()) break;
    std::string line = print(spec, program.ops[i]);
    if (i < program.expect.size() && !program.expect[i].empty()) {
      append_behind(line, "-> " + one_line(program.expect[i]));
    }
    if (note != program.notes.end() && note->op == i) {
      append_behind(line, comment_line((note++)->text));
    }
    text += line + "\n";
  }
  return text;
}

bool looks_like_bytes(std::string_view contents) {
  // Versions are small numbers; no text starts with the magic and a control character.
  return contents.size() >= 2 && static_cast<std::uint8_t>(contents[0]) == kMagic &&
         contents[1] > 0 && contents[1] < '\t';
}

}  // namespace mapproof
