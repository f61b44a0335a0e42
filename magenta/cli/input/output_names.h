#pragma once
// Names of generated files: YYYY-MM-DD_HHMMSS_01.mid of ten and more, as Magenta's, never one that
// is there already.

#include <ctime>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/files.h"

namespace magenta::cli {

/// Gives out names in one folder. A name is held by an empty file of the first extension, made
/// before anything else can take it; what is still empty when this ends is removed.
class OutputNames {
 public:
  /// `count` files are expected: the counter is padded to as many digits. `extensions` ("mid",
  /// "wav"): a name is free when no file of it with any of them is there. Makes the folder; not
  /// writable: exit 5.
  static absl::StatusOr<OutputNames> Create(const std::string& folder, int count,
                                            std::vector<std::string> extensions,
                                            std::time_t now = std::time(nullptr));
  OutputNames(OutputNames&&) = default;
  ~OutputNames();

  /// The next free name with its folder and without an extension; the counter goes on over names
  /// that are taken.
  absl::StatusOr<std::string> Next();

 private:
  OutputNames() = default;
  OutputFolder folder_;  // goes last
  std::string prefix_;
  int digits_ = 1;
  int counter_ = 0;
  std::vector<std::string> extensions_;
  std::vector<std::string> held_;
};

}  // namespace magenta::cli
