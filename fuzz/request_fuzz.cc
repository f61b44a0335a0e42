// Requests as text, JSON and bytes (the first byte chooses), as far as the first steps of what they
// ask for.

#include <google/protobuf/stubs/logging.h>

#include <cstdint>
#include <string_view>

#include "magenta/base/check.h"
#include "magenta/generate/generation_task.h"
#include "magenta/generate/random_model.h"
#include "magenta/io/request/request_text.h"

namespace {

void Begin(const magenta::GenerateSequenceRequest& request) {
  static const auto& model =
      *new std::shared_ptr<const magenta::Model>(magenta::testing::RandomModel("lookback_rnn"));
  magenta::TaskOptions options;
  options.max_steps = 256;
  options.max_rows = 4;
  auto task = magenta::GenerationTask::Start(model, request, options);
  if (!task.ok()) return;
  for (int i = 0; i < 40 && !task->done(); ++i) {
    if (task->session().pending()) task->session().Step();
    task->Advance();
    task->SoFar();
  }
  if (task->done()) MAGENTA_CHECK(task->Finish().outputs.size() == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const google::protobuf::LogSilencer quiet;
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto form = static_cast<magenta::MessageForm>(data[0] % 3);
  magenta::FormOf(bytes);
  auto request = magenta::ParseRequestAs(bytes, form);
  if (!request.ok()) return 0;
  request->DiscardUnknownFields();  // text shows them as numbers, which it does not read
  // What was read can be written and read again.
  for (const auto other : {magenta::MessageForm::kText, magenta::MessageForm::kBinary}) {
    const auto text = magenta::FormatMessage(*request, other);
    MAGENTA_CHECK(text.ok());
    MAGENTA_CHECK(text->empty() || magenta::ParseRequestAs(*text, other).ok());
  }
  Begin(*request);
  return 0;
}
