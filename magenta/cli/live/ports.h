#pragma once
// The MIDI ports of this machine.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace magenta::cli {

struct PortName {
  std::string backend;  // "jack", "alsa"
  std::string name;
  bool is_output = false;  // we can play to it
};

/// Every port of `backend` ("auto": all). A backend that is not there has none; `notes` get why.
std::vector<PortName> ListPorts(const std::string& backend, std::vector<std::string>& notes);

/// An open port to play to.
class OutputPort {
 public:
  virtual ~OutputPort() = default;
  /// Sends one message now. Error (exit 5): the port is gone.
  virtual absl::Status Send(std::span<const uint8_t> message) = 0;
  virtual const std::string& name() const = 0;
};

/// Opens the first port whose name holds `wanted` ("" any). None: exit 5, with what there is.
absl::StatusOr<std::unique_ptr<OutputPort>> OpenOutputPort(const std::string& wanted);

}  // namespace magenta::cli
