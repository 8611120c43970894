#include "oracle/doors/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "oracle/doors/json_schema.h"
#include "oracle/doors/process_port.h"

namespace mapproof::doors {

using nlohmann::json;

std::string_view protocol_schema() {
  static constexpr std::string_view kSchema =
#include "protocol_schema.inc"
      ;
  return kSchema;
}

// ---- questions ----

namespace {

void append_number(std::string* text, std::uint64_t n) {
  std::array<char, 20> digits;
  text->append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr);
}

class Flattener {
 public:
  Flattener(const Program& program, FlatProgram* flat)
      : spec_(program.spec), mask_(stamp_mask(program.spec.elem)), flat_(flat) {
    // Go's map may come to hash a cell that it has wiped: the zero value of its keys.
    const bool has_nil = spec_.key == KeyKind::interface || spec_.key == KeyKind::pointer;
    keys_.insert(spec_.key == KeyKind::string ? kEmptyString : has_nil ? kNil : 0);
  }

  void add(const Op& op) {
    switch (op.code) {
      case OpCode::fill:
      case OpCode::touch:
      case OpCode::putrange:
        for (std::uint32_t step = 0; step < op.n; ++step) put(key_at(spec_.key, op, step));
        break;
      case OpCode::empty:
      case OpCode::delrange:
        for (std::uint32_t step = 0; step < op.n; ++step) {
          keyed(OpCode::del, key_at(spec_.key, op, step));
        }
        break;
      case OpCode::put:
        put(op.key);
        break;
      case OpCode::iter:
        numbers(op, {op.slot, op.bucket, op.offset});
        break;
      case OpCode::iter_any:
      case OpCode::drop:
        numbers(op, {op.slot});
        break;
      case OpCode::next:
        numbers(op, {op.slot, op.n});
        flat_->ops.back().n = op.n;
        break;
      case OpCode::drain:
        numbers(op, {op.slot, stamp_ + 1});
        flat_->ops.back().n = stamp_ + 1;
        break;
      case OpCode::get:
      case OpCode::has:
      case OpCode::del:
        keyed(op.code, op.key);
        break;
      case OpCode::clear:
      case OpCode::len:
      case OpCode::nil:
        numbers(op, {});
        break;
      case OpCode::audit:  // asks for a look at the layout, which nobody has from here
        break;
    }
  }

  const std::set<std::uint32_t>& keys() const { return keys_; }

 private:
  std::string& open(OpCode code, std::uint8_t slot) {
    std::string& text = flat_->text;
    FlatOp op{.code = code, .slot = slot, .n = 0, .begin = text.size()};
    std::string_view word = name(code);
    if (code == OpCode::iter_any) {
      op.code = OpCode::iter;
      word = name(OpCode::iter);
    } else if (code == OpCode::drain) {
      op.code = OpCode::next;
      word = name(OpCode::next);
    }
    flat_->ops.push_back(op);
    return text.append("[\"").append(word).append("\"");
  }

  void numbers(const Op& op, std::initializer_list<std::uint64_t> numbers) {
    std::string& text = open(op.code, op.slot);
    for (const std::uint64_t n : numbers) {
      text.push_back(',');
      append_number(&text, n);
    }
    text.append("],");
  }

  void put(std::uint32_t index) {
    ++stamp_;
    if (is_special(index)) payloads_[index - kFirstSpecial] = stamp_ & kPayloadMask;
    std::string& text = key(OpCode::put, index);
    text.push_back(',');
    append_number(&text, stamp_ & mask_);
    text.append("],");
  }
  void keyed(OpCode code, std::uint32_t index) { key(code, index).append("],"); }

  // The same payloads as in run().
  std::string& key(OpCode code, std::uint32_t index) {
    std::string& text = open(code, 0).append(",");
    if (is_special(index) && key_class(spec_.key, index).nan) {
      text.push_back('[');
      append_number(&text, index);
      text.push_back(',');
      append_number(&text, payloads_[index - kFirstSpecial]);
      text.push_back(']');
    } else {
      append_number(&text, index);
    }
    if (last_key_ != index) keys_.insert(index);
    last_key_ = index;
    return text;
  }

  static constexpr std::uint32_t kFirstSpecial = kNaNImaginary;
  static bool is_special(std::uint32_t index) { return index >= kFirstSpecial && index <= kNaN; }

  const MapSpec& spec_;
  const std::uint32_t mask_;
  FlatProgram* const flat_;
  std::uint32_t stamp_ = 0;
  std::uint32_t last_key_ = ~std::uint32_t{0};
  std::set<std::uint32_t> keys_;
  std::array<std::uint32_t, kNaN - kFirstSpecial + 1> payloads_ = {};
};

// A NaN's hash is given only if it is always the same.
bool has_one_hash(const MapSpec& spec, std::uint32_t index) {
  const KeyClass key = key_class(spec.key, index);
  if (key.unhashable) return false;
  if (!key.nan || spec.hash == HashMode::constant) return true;
  return spec.hash == HashMode::table &&
         std::any_of(spec.hashes.begin(), spec.hashes.end(), [&](const KeyHash& hash) {
           return key_class(spec.key, hash.key).equality == key.equality;
         });
}

}  // namespace

FlatProgram flatten(const Program& program, bool hashes) {
  const MapSpec& spec = program.spec;
  FlatProgram flat;
  Flattener flattener(program, &flat);
  for (const Op& op : program.ops) flattener.add(op);
  flat.head = fmt::format(
      R"("map":{{"key":"{}","elem":"{}","hint":"{}","hash0":{},"seed":{},"hash":"{}")",
      name(spec.key), name(spec.elem), spec.hint, spec.hash0, spec.seed, name(spec.hash));
  if (hashes) {
    flat.head += R"(,"hashes":{)";
    Hashing hashing = hashing_of(spec);
    const char* comma = "";
    for (const std::uint32_t key : flattener.keys()) {
      if (!has_one_hash(spec, key)) continue;
      fmt::format_to(std::back_inserter(flat.head), R"({}"{}":"{}")", std::exchange(comma, ","),
                     key, hashing(key, spec.hash0));
    }
    flat.head += '}';
  }
  flat.head += "},";
  return flat;
}

std::string run_message(const FlatProgram& program, std::size_t ops, std::uint64_t id) {
  const std::size_t end = ops < program.ops.size() ? program.ops[ops].begin : program.text.size();
  std::string_view text(program.text.data(), end);
  if (!text.empty()) text.remove_suffix(1);  // the last comma
  std::string message;
  message.reserve(program.head.size() + text.size() + 64);
  message.append(R"({"type":"run","id":)");
  append_number(&message, id);
  return message.append(",").append(program.head).append(R"("ops":[)").append(text).append("]}");
}

std::string run_message(const Program& program, std::uint64_t id, bool hashes) {
  const FlatProgram flat = flatten(program, hashes);
  return run_message(flat, flat.ops.size(), id);
}

// ---- the schema ----

namespace {

std::string shortened(std::string text) {
  constexpr std::size_t kMost = 100;
  if (text.size() > kMost) text = text.substr(0, kMost) + "...";
  return text;
}

class Schema {
 public:
  static const Schema& one() {
    static const Schema schema;
    return schema;
  }

  std::optional<Fault> fault(std::string_view type, const json& message) const {
    const auto found = types_.find(type);
    if (found == types_.end())
      return Fault{"/type", "a type of the protocol", excerpt(message, "/type")};
    if (found->second.accepts(message)) return std::nullopt;
    return deepest(type, message, found->second.errors(message));
  }

 private:
  Schema() : text_(json::parse(protocol_schema())) {
    for (const auto& [type, definition] : text_.at("definitions").items()) {
      types_.emplace(type, JsonSchema(definition));
    }
  }

  // A fault in a field is one of everything around it, too; the field tells most.
  std::optional<Fault> deepest(std::string_view type, const json& message,
                               const std::vector<JsonSchema::Error>& errors) const {
    Fault fault;
    std::size_t depth = 0;
    for (const JsonSchema::Error& error : errors) {
      std::vector<std::string> path;
      for (std::size_t i = 1; i < error.context.size(); ++i) {  // 0 is "<root>"
        const std::string& token = error.context[i];            // "[name]"
        path.push_back(token.substr(1, token.size() - 2));
      }
      constexpr std::string_view kMissing = "Missing required property '";
      if (error.description.starts_with(kMissing)) {
        const std::string rest = error.description.substr(kMissing.size());
        path.push_back(rest.substr(0, rest.find('\'')));
      }
      if (path.size() < depth || (depth == path.size() && !fault.expected.empty())) continue;
      depth = path.size();
      fault.pointer.clear();
      for (const std::string& token : path) fault.pointer += "/" + token;
      fault.expected = expected(type, path, error.description);
      fault.got = excerpt(message, fault.pointer);
    }
    return fault;
  }

  std::string expected(std::string_view type, const std::vector<std::string>& path,
                       const std::string& otherwise) const {
    const json* at = &text_.at("definitions").at(std::string(type));
    for (const std::string& token : path) {
      const bool is_item = !token.empty() && token.find_first_not_of("0123456789") == token.npos;
      const json* below = nullptr;
      if (is_item && at->contains("items")) {
        below = &at->at("items");
      } else if (at->contains("properties") && at->at("properties").contains(token)) {
        below = &at->at("properties").at(token);
      }
      if (below == nullptr || !below->is_object()) return otherwise;
      at = below;
    }
    return at->value("description", otherwise);
  }

  json text_;
  std::map<std::string, JsonSchema, std::less<>> types_;
};

}  // namespace

std::string Fault::sentence() const {
  return fmt::format("{}: expected {}, got {}", pointer.empty() ? "/" : pointer, expected, got);
}

std::optional<Fault> schema_fault(std::string_view type, const json& message) {
  return Schema::one().fault(type, message);
}

std::string schema_error(std::string_view type, std::string_view message) {
  const json parsed = json::parse(message, nullptr, false);
  if (parsed.is_discarded()) return fmt::format("no JSON: {}", excerpt(message));
  const std::optional<Fault> fault = schema_fault(type, parsed);
  return fault ? fault->sentence() : "";
}

std::string excerpt(const json& message, const std::string& pointer) {
  const json::json_pointer at(pointer);
  if (!message.contains(at)) return "nothing";
  return shortened(message.at(at).dump(-1, ' ', true, json::error_handler_t::replace));
}

std::string excerpt(std::string_view line) {
  std::string text = shortened(std::string(line.substr(0, 200)));
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c > '~'; }, '?');
  return fmt::format("`{}`", text);
}

// ---- answers ----

namespace {

constexpr std::uint64_t kNone = ~std::uint64_t{0};

// A natural number, or kNone.
std::uint64_t number(const json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (!value.is_number_integer()) return kNone;
  const auto n = value.get<std::int64_t>();
  return n < 0 ? kNone : static_cast<std::uint64_t>(n);
}

class Reader {
 public:
  Reader(const MapSpec& spec, Transcript* transcript)
      : spec_(spec), domain_(domain_size(spec.key)), transcript_(*transcript) {}

  // What was expected instead, or "".
  std::string read(const FlatOp& op, const json& value) {
    switch (op.code) {
      case OpCode::put:
        return done(Call::put, value);
      case OpCode::del:
        return done(Call::del, value);
      case OpCode::clear:
        return done(Call::clear, value);
      case OpCode::get:
        return look(Call::get, value);
      case OpCode::has:
        return look(Call::has, value);
      case OpCode::len:
        return len(value);
      case OpCode::next:
        return walk(op, value);
      case OpCode::iter:
        walks_[op.slot] = Walk::due;
        return nothing(value);
      case OpCode::drop:
        walks_[op.slot] = Walk::idle;
        return nothing(value);
      default:
        return nothing(value);
    }
  }

 private:
  enum class Walk : std::uint8_t { idle, due, running };

  static bool is_nothing(const json& value) {
    return value.is_null() || (value.is_boolean() && value.get<bool>());
  }
  static std::string nothing(const json& value) { return is_nothing(value) ? "" : "null"; }

  Answer& add(Call call) {
    Answer answer;
    answer.call = call;
    return transcript_.answers.emplace_back(answer);
  }

  bool panicked(Call call, const json& value) {
    static constexpr std::array<std::string_view, 4> kKinds = {"nil_map", "unhashable", "changed",
                                                               "other"};
    if (!value.is_object()) return false;
    const auto panic = value.find("panic");
    if (panic == value.end() || !panic->is_string()) return false;
    const auto kind = std::find(kKinds.begin(), kKinds.end(), panic->get_ref<const std::string&>());
    if (kind == kKinds.end()) return false;
    const auto words = value.find("message");
    const bool has_words = words != value.end();
    if (has_words && !words->is_string()) return false;
    Answer& answer = add(call);
    answer.panicked = true;
    answer.kind = static_cast<MapPanic::Kind>(kind - kKinds.begin());
    answer.number = transcript_.words.size();
    transcript_.words.push_back(has_words          ? words->get<std::string>()
                                : *kind == "other" ? std::string("no words")
                                                   : std::string(*kind));
    return true;
  }

  std::string done(Call call, const json& value) {
    if (panicked(call, value)) return "";
    if (!is_nothing(value)) return "null or a panic";
    add(call);
    return "";
  }

  void set_stamp(std::uint64_t stamp, Answer* answer) {
    // A number that is no stamp stands for an elem that nobody has put.
    answer->torn = answer->torn || stamp > ~std::uint32_t{0};
    answer->stamp = answer->torn ? 0 : static_cast<std::uint32_t>(stamp);
  }

  std::string look(Call call, const json& value) {
    if (panicked(call, value)) return "";
    const std::uint64_t stamp = number(value);
    if (stamp == kNone && !value.is_null()) return "a stamp, null for none, or a panic";
    Answer& answer = add(call);
    answer.present = !value.is_null();
    if (answer.present) set_stamp(stamp, &answer);
    return "";
  }

  std::string len(const json& value) {
    if (panicked(Call::len, value)) return "";
    const std::uint64_t n = number(value);
    if (n == kNone) return "a number or a panic";
    add(Call::len).number = n;
    return "";
  }

  std::string walk(const FlatOp& op, const json& value) {
    if (!value.is_array()) return "a list of entries";
    Walk& walk = walks_[op.slot];
    if (walk == Walk::idle) return value.empty() ? "" : "[], as there is no walk";
    if (value.size() > op.n) return fmt::format("at most {} steps", op.n);
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (walk == Walk::idle) return fmt::format("nothing behind step {}", i - 1);
      if (!step(walk == Walk::due ? Call::begin : Call::next, value[i], &walk)) {
        return fmt::format("an entry [key, stamp], null or a panic as step {}", i);
      }
    }
    if (value.size() < op.n && walk != Walk::idle) {
      return fmt::format("{} steps, or null at the end", op.n);
    }
    return "";
  }

  bool step(Call call, const json& value, Walk* walk) {
    if (panicked(call, value)) {
      *walk = Walk::idle;
      return true;
    }
    if (value.is_null()) {
      add(call);
      *walk = Walk::idle;
      return true;
    }
    if (!value.is_array() || value.size() != 2) return false;
    const std::uint64_t stamp = number(value[1]);
    std::uint64_t index = number(value[0]);
    std::uint64_t payload = 0;
    bool is_pair = false;
    if (value[0].is_array() && value[0].size() == 2) {
      is_pair = true;
      index = number(value[0][0]);
      payload = number(value[0][1]);
    }
    if (stamp == kNone || index == kNone || payload == kNone) return false;
    Answer& answer = add(call);
    answer.present = true;
    answer.torn = index >= domain_ || payload > kPayloadMask ||
                  (is_pair && !key_class(spec_.key, static_cast<std::uint32_t>(index)).nan);
    if (!answer.torn) {
      answer.key = {.index = static_cast<std::uint32_t>(index),
                    .payload = static_cast<std::uint32_t>(payload)};
    }
    set_stamp(stamp, &answer);
    *walk = Walk::running;
    return true;
  }

  const MapSpec& spec_;
  const std::uint32_t domain_;
  Transcript& transcript_;
  std::array<Walk, kIterators> walks_ = {};
};

}  // namespace

std::optional<Fault> read_answers(const FlatProgram& program, std::size_t ops, const MapSpec& spec,
                                  const json& answers, Transcript* transcript) {
  transcript->answers.clear();
  transcript->words.clear();
  transcript->ending.reset();
  transcript->answers.reserve(ops + 1);
  Answer made;
  made.call = Call::make;
  transcript->answers.push_back(made);
  if (!answers.is_array()) return Fault{"/answers", "a list", excerpt(answers, "")};
  Reader reader(spec, transcript);
  for (std::size_t i = 0; i < std::min(ops, answers.size()); ++i) {
    const std::size_t before = transcript->answers.size();
    const std::string expected = reader.read(program.ops[i], answers[i]);
    if (expected.empty()) continue;
    transcript->answers.resize(before);
    // A name from the table, for `drain` and the like are `next` here.
    return Fault{fmt::format("/answers/{}", i),
                 fmt::format("{} as the answer to {}", expected, name(program.ops[i].code)),
                 excerpt(answers[i], "")};
  }
  if (answers.size() != ops) {
    return Fault{"/answers", fmt::format("a list of {} answers, one for each operation", ops),
                 fmt::format("{}", answers.size())};
  }
  return std::nullopt;
}

// ---- what a port says of itself ----

Description read_description(const json& started) {
  Description description;
  PortInfo& info = description.info;
  info.name = started.at("name").get<std::string>();
  info.profile = profile_named(started.at("profile").get<std::string>()).value_or(Profile::go);
  const auto has = [features = started.at("features")](const char* feature) {
    return std::find(features.begin(), features.end(), feature) != features.end();
  };
  info.forces_hashes = has("hashes");
  info.forces_starts = has("starts");
  info.nan_keys = has("nan_keys");
  info.nil_maps = has("nil_maps");
  info.erases_in_walk = has("erase_in_walk");
  info.updates_keys = has("key_update");
  info.lays_out_buckets = false;
  for (const json& key : started.at("keys")) {
    description.keys.push_back(*key_kind_named(key.get<std::string>()));
  }
  for (const json& elem : started.at("elems")) {
    description.elems.push_back(*elem_kind_named(elem.get<std::string>()));
  }
  return description;
}

}  // namespace mapproof::doors
