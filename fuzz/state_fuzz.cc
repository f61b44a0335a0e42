// The file `checkpoint` of a run: any text ends in names of checkpoints or an error; what was read
// is written and reads the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/memory_folder.h"
#include "magenta/base/check.h"
#include "magenta/io/tensor/checkpoint_state.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string& folder = magenta::MemoryFolder("state");
  magenta::WriteInto(folder, "checkpoint", {reinterpret_cast<const char*>(data), size});
  const auto state = magenta::ReadCheckpointState(folder);
  if (!state.ok()) return 0;
  MAGENTA_CHECK(magenta::WriteCheckpointState(folder, *state).ok());
  const auto again = magenta::ReadCheckpointState(folder);
  MAGENTA_CHECK(again.ok() && *again == *state);
  return 0;
}
