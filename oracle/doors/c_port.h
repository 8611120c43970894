// A map behind the C door, in this process. library_port.h puts it into one of its own.
#pragma once

#include <memory>
#include <string>

#include "oracle/doors/include/mapproof_port.h"
#include "oracle/port.h"

namespace mapproof::doors {

// Why the table is none that can be used, in one line that says what to do; or "".
std::string objection(const mapproof_port_api* api);

// Loads a library, for good, and gives its table, to which there is no objection. Throws
// std::runtime_error, in one line that says what to do.
const mapproof_port_api* load_port(const std::string& path);

// Precondition: no objection. What a map answers against the rules of mapproof_port.h is thrown as
// PortFailure. The table must outlive the port.
std::unique_ptr<Port> make_c_port(const mapproof_port_api* api);

}  // namespace mapproof::doors
