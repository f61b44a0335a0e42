#pragma once
// Requests and responses as text, JSON or bytes.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "magenta/generator.pb.h"

namespace magenta {

enum class MessageForm { kText, kJson, kBinary };

/// JSON begins with {, text is printable, all else is binary.
MessageForm FormOf(std::string_view bytes);

/// Whether `request` has names of 2016 (ticks_per_beat, bpm, start_time_seconds, end_time_seconds),
/// or, in bytes of 2016, its sections to generate where input sections are today.
bool IsOf2016(const GenerateSequenceRequest& request);

/// Makes it one of today. ParseRequest has done so.
void Modernize(GenerateSequenceRequest& request);

/// Reads `bytes` in `form` into `message`, which is empty. Errors (exit 3): over a limit of a
/// piece (IsPieceLimitError), no such message; they name line and column where there are some.
absl::Status ParseMessageAs(std::string_view bytes, MessageForm form,
                            google::protobuf::Message& message);

/// Reads a request in any of the forms. Errors (exit 3) name line and column where there are some.
absl::StatusOr<GenerateSequenceRequest> ParseRequest(std::string_view bytes);

/// The same for bytes whose form is known.
absl::StatusOr<GenerateSequenceRequest> ParseRequestAs(std::string_view bytes, MessageForm form);

/// A message in `form`; text and JSON end in a line feed. JSON spells fields as protobuf's own JSON
/// does (generatedSequence), for every front end; both spellings are read.
absl::StatusOr<std::string> FormatMessage(const google::protobuf::Message& message,
                                          MessageForm form);

/// A response in `form`.
inline absl::StatusOr<std::string> FormatResponse(const GenerateSequenceResponse& response,
                                                  MessageForm form) {
  return FormatMessage(response, form);
}

}  // namespace magenta
