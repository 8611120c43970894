#include "conformance/ports/gomap_port.h"

#include "conformance/ports/gomap_port_of.h"

namespace mapproof {

using FullPort = gomap_adapter::GomapPort<gomap::maptype>;

std::unique_ptr<Port> make_gomap_port(std::uint32_t corrections) {
  return std::make_unique<FullPort>(corrections);
}

void set_corrections(Port& port, std::uint32_t corrections) {
  dynamic_cast<FullPort&>(port).correct(corrections);
}

std::uint32_t asked_corrections(const Port& port) {
  return dynamic_cast<const FullPort&>(port).asked();
}

}  // namespace mapproof
