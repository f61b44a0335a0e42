#pragma once
// What a request over HTTP asks for: its target, its content types, its body.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generate/expectation.h"
#include "magenta/generate/model.h"
#include "magenta/generator.pb.h"
#include "magenta/music/piece_limits.h"
#include "magenta/serve/options.h"

namespace magenta {

/// A body's form: a message's, a music file's, or (of answers) sound or a picture.
enum class BodyForm { kJson, kText, kBinary, kMidi, kMusicXml, kAbc, kWav, kSvg, kPng };

/// What a Renderer makes; nullopt: a form that HttpBodyOf writes.
std::optional<RenderFormat> RenderFormatOf(BodyForm form);

/// The form that a Content-Type names; of several the first that is known.
/// nullopt: none.
std::optional<BodyForm> BodyFormNamed(std::string_view header);

/// The form of an answer to a client that accepts `accept`, whose request asks for `own`: that of
/// the highest q; of several the one that is named more exactly ("audio/midi" before "audio/*"),
/// then the first; of a range `own` if it is in it, else MIDI before sound, SVG before PNG. `own`
/// where nothing that is accepted is to be had.
BodyForm AcceptedForm(std::string_view accept, BodyForm own);

/// Whether a body of `content_type` is read: a form's other than sound and pictures, a form to be
/// filled in (multipart.h), or one of which the bytes are to tell: none, what curl says by itself,
/// packed.
bool IsReadable(std::string_view content_type);

/// All types that IsReadable knows by name, for messages.
std::string ReadableTypes();

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
  /// Of the answer, where the client asks for none.
  BodyForm form = BodyForm::kBinary;
  /// What was done to a file that is not as it should be, or holds more than a model hears.
  std::vector<std::string> notes;
  /// The parameter of that name: whether what was expected at each step is wanted.
  bool distributions = false;
};

/// Reads `body` in the form that `content_type` names; where it names none, the bytes tell; of
/// multipart/form-data the field that is a file or is called file or request, with the other fields
/// as if they stood in `query`. A music file, within `limits`, is to be continued by
/// `model`: by 8 bars where `query` has none of bars, new_steps and num_steps; of a book of tunes
/// `tune` chooses. An empty body is an empty message. The rest of `query` becomes arguments;
/// `steps` is num_steps.
///
/// Errors: INVALID_ARGUMENT where the body or a parameter is wrong, RESOURCE_EXHAUSTED over a limit
/// of a piece, all with the place.
absl::StatusOr<BodyReading> ReadHttpBody(std::string_view content_type, std::string_view body,
                                         std::map<std::string, std::string> query,
                                         const PieceLimits& limits, const Model& model);

/// What an answer is, and what there is to say about it.
struct BodyWriting {
  std::string bytes;
  std::vector<std::string> notes;
};

/// `response` as a body of any form but sound and pictures.
absl::StatusOr<BodyWriting> HttpBodyOf(const GenerateSequenceResponse& response, BodyForm form);

/// `status` of reading a file as the fault of who sent it: INVALID_ARGUMENT, or RESOURCE_EXHAUSTED
/// over a limit of a piece.
absl::Status AsArgument(const absl::Status& status);

/// Reads `body` as ReadHttpBody does, but asks it for music alone: of `query` the parameters tune,
/// `part` (as primer_part is there) and distributions are looked at and taken out; what stays of
/// `part` chooses a part of the piece. No arguments are read or added.
absl::StatusOr<BodyReading> ReadMusicOfBody(std::string_view content_type, std::string_view body,
                                            std::map<std::string, std::string>& query,
                                            const std::string& part, const PieceLimits& limits,
                                            const Model& model);

/// What a posted file may cost: so many bytes and notes, and what it takes to read that.
PieceLimits FileLimitsOf(int64_t max_bytes, int64_t max_notes);
/// Of what a request may hold.
PieceLimits FileLimitsOf(const ServeOptions& options);

/// `response` as one line of JSON.
std::string JsonLineOf(const GenerateSequenceResponse& response);

/// The members of an object of JSON: "pitches":{"60":0.5},"hold":0.4,"rest":0.1, and of models with
/// attention "attention":[0.7,0.3]. Pitches of less than 1e-7 are left out.
std::string JsonMembersOf(const StepDistribution& distribution);

}  // namespace magenta
