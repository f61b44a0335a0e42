#pragma once
// What a request over HTTP asks for: its target, its content types, its body.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generator.pb.h"

namespace magenta {

/// A body's form: a message's, or a MIDI file.
enum class BodyForm { kJson, kText, kBinary, kMidi };

/// The form that a header (Content-Type, Accept) names; of several the first that is known.
/// nullopt: none.
std::optional<BodyForm> BodyFormNamed(std::string_view header);

/// The content type of `form`.
const char* ContentTypeOf(BodyForm form);

/// A target in its parts: "/v1/generators/ID:VERB?query", escapes undone. Never fails: what has no
/// such parts has a path alone.
struct HttpTarget {
  explicit HttpTarget(std::string_view target);

  std::string path;
  std::map<std::string, std::string> query;
  std::string id;    // of a path below /v1/generators/
  std::string verb;  // generate, stream
};

struct BodyReading {
  GenerateSequenceRequest request;
  BodyForm form = BodyForm::kBinary;
  /// What was done to a MIDI file that is not as it should be.
  std::vector<std::string> notes;
};

/// Reads `body` in the form that `content_type` names; where it names none, the bytes tell. A MIDI
/// file is to be continued; so is a message without sections to generate if `query` has `steps`,
/// the length of the whole as of `magenta generate --num_steps`, at `steps_per_quarter`. The rest
/// of `query` becomes arguments. Errors: those of ReadMidi and ParseRequest; a value that is no
/// number, `steps` beside sections (exit 2).
absl::StatusOr<BodyReading> ReadHttpBody(std::string_view content_type, std::string_view body,
                                         const std::map<std::string, std::string>& query,
                                         int steps_per_quarter);

/// `response` as a body.
absl::StatusOr<std::string> HttpBodyOf(const GenerateSequenceResponse& response, BodyForm form);

}  // namespace magenta
