// The messages of the process door: what is asked, and what the answers mean (protocol.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/doors/transcript.h"
#include "oracle/port.h"
#include "oracle/program.h"

namespace mapproof::doors {

// One operation of a message: bursts are single operations there.
struct FlatOp {
  OpCode code = OpCode::len;
  std::uint8_t slot = 0;
  std::uint32_t n = 0;    // next
  std::size_t begin = 0;  // where its text starts in FlatProgram::text
};

// A program as the messages have it. Each prefix of it is one, too.
struct FlatProgram {
  std::string head;  // of the message: from the map to the operations
  std::string text;  // the operations, each with a comma behind it
  std::vector<FlatOp> ops;
};
FlatProgram flatten(const Program& program, bool hashes);
std::string run_message(const FlatProgram& program, std::size_t ops, std::uint64_t id);

// What is wrong with a message.
struct Fault {
  std::string pointer;  // JSON pointer to the field: "/answers/3/panic"
  std::string expected;
  std::string got;

  std::string sentence() const;
};
std::optional<Fault> schema_fault(std::string_view type, const nlohmann::json& message);

// A field of a message, shortened, as people read it; "nothing" if it is not there.
std::string excerpt(const nlohmann::json& message, const std::string& pointer);
// A line that is no JSON, likewise.
std::string excerpt(std::string_view line);

// The answers to the first `ops` operations, in the form of the calls of Port; `make` first. Where
// one is no answer to its operation, those before it are there, and that is told.
std::optional<Fault> read_answers(const FlatProgram& program, std::size_t ops, const MapSpec& spec,
                                  const nlohmann::json& answers, Transcript* transcript);

// What the port says of itself. Precondition: the message is right by the schema.
struct Description {
  PortInfo info;
  std::vector<KeyKind> keys;
  std::vector<ElemKind> elems;
};
Description read_description(const nlohmann::json& started);

}  // namespace mapproof::doors
