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

/// Text of 2016's protos with the names of today: ticks_per_beat, bpm, start_time_seconds,
/// end_time_seconds. Strings and comments stay as they are.
std::string WithModernFieldNames(std::string_view text);

/// Reads a request in any of the forms. Errors (exit 3) name line and column where there are some.
absl::StatusOr<GenerateSequenceRequest> ParseRequest(std::string_view bytes);

/// The same for bytes whose form is known.
absl::StatusOr<GenerateSequenceRequest> ParseRequestAs(std::string_view bytes, MessageForm form);

/// A message in `form`; text and JSON end in a line feed.
absl::StatusOr<std::string> FormatMessage(const google::protobuf::Message& message,
                                          MessageForm form);

/// A response in `form`.
inline absl::StatusOr<std::string> FormatResponse(const GenerateSequenceResponse& response,
                                                  MessageForm form) {
  return FormatMessage(response, form);
}

}  // namespace magenta
