#include "magenta/serve/http_body.h"

#include <fmt/core.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/generate/continuation.h"
#include "magenta/generate/generate_args.h"
#include "magenta/io/request/request_text.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/serve/options.h"

namespace magenta {
namespace {

constexpr int64_t kMostHttpSteps = 1 << 20;
/// Warnings about a MIDI file that are told, a header each.
constexpr size_t kMostMidiNotes = 3;

struct ContentType {
  const char* name;
  BodyForm form;
};
constexpr ContentType kContentTypes[] = {{"application/json", BodyForm::kJson},
                                         {"application/x-protobuf", BodyForm::kBinary},
                                         {"application/protobuf", BodyForm::kBinary},
                                         {"application/octet-stream", BodyForm::kBinary},
                                         {"text/plain", BodyForm::kText},
                                         {"audio/midi", BodyForm::kMidi},
                                         {"audio/x-midi", BodyForm::kMidi},
                                         {"audio/mid", BodyForm::kMidi}};

MessageForm MessageFormOf(BodyForm form) {
  return form == BodyForm::kJson   ? MessageForm::kJson
         : form == BodyForm::kText ? MessageForm::kText
                                   : MessageForm::kBinary;
}

/// The form that the bytes themselves tell.
BodyForm BodyFormOf(std::string_view body) {
  if (body.starts_with("MThd")) return BodyForm::kMidi;
  if (body.starts_with("RIFF") && body.substr(0, 12).ends_with("RMID")) return BodyForm::kMidi;
  const MessageForm form = FormOf(body);
  return form == MessageForm::kJson   ? BodyForm::kJson
         : form == MessageForm::kText ? BodyForm::kText
                                      : BodyForm::kBinary;
}

/// "%7E" -> "~"; what is no escape stays.
std::string Unescaped(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    int byte = 0;
    if (text[i] == '%' && i + 2 < text.size() && text[i + 1] != '-' &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr ==
            text.data() + i + 3) {
      plain += static_cast<char>(byte);
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::map<std::string, std::string> QueryOf(std::string_view query) {
  std::map<std::string, std::string> values;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const size_t equals = std::min(pair.find('='), pair.size());
    if (!pair.empty()) {
      values[Unescaped(pair.substr(0, equals))] =
          Unescaped(pair.substr(std::min(equals + 1, pair.size())));
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return values;
}

/// All of `text` as a number; nullopt where it is none, or one too large.
template <typename Number>
std::optional<Number> NumberOf(const std::string& text) {
  Number number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Query parameters as arguments: seed=3, temperature=1.2.
absl::Status AddArgs(const std::map<std::string, std::string>& query,
                     GenerateSequenceRequest& request) {
  for (const auto& [name, value] : query) {
    if (name == "steps") continue;
    auto& arg = (*request.mutable_generator_options()->mutable_args())[name];
    const auto whole = NumberOf<int64_t>(value);
    const auto real = NumberOf<double>(value);
    if (whole.has_value() && *whole >= INT32_MIN && *whole <= int64_t{UINT32_MAX}) {
      arg.set_int_value(static_cast<int32_t>(*whole));
    } else if (real.has_value() && std::isfinite(*real)) {
      arg.set_float_value(*real);
    } else {
      return UsageError(fmt::format("{}={} is no number", HeaderText(name), HeaderText(value)));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadMidiBody(std::string_view body, BodyReading& reading) {
  MAGENTA_ASSIGN_OR_RETURN(MidiReading midi, ReadMidi(body));
  const size_t told = std::min(kMostMidiNotes, midi.warnings.size());
  for (size_t i = 0; i < told; ++i) reading.notes.push_back(WarningLine(midi.warnings[i]));
  const uint64_t more = midi.warnings.size() - told + midi.warnings_left_out;
  if (more > 0) reading.notes.push_back(fmt::format("{} more of this kind", more));
  *reading.request.mutable_input_sequence() = std::move(midi.sequence);
  return absl::OkStatus();
}

/// Makes `request` one for what comes after its input, up to `steps` steps in all.
absl::Status AskForSteps(const std::string& steps, int steps_per_quarter, std::string music_name,
                         GenerateSequenceRequest& request) {
  const auto num_steps = NumberOf<int64_t>(steps);
  if (!num_steps.has_value() || *num_steps < 1 || *num_steps > kMostHttpSteps) {
    return UsageError(fmt::format("steps={} is no number of steps", HeaderText(steps)),
                      fmt::format("Give 1 to {}", kMostHttpSteps));
  }
  MAGENTA_ASSIGN_OR_RETURN(const GenerateArgs args, ParseGenerateArgs(request.generator_options()));
  ContinuationOptions options;
  options.num_steps = *num_steps;
  options.steps_per_quarter = steps_per_quarter;
  options.reference_windows = args.reference_windows;
  options.steps_name = "steps";
  options.music_name = std::move(music_name);
  NoteSequence music = request.input_sequence();
  if (music.tempos().empty()) music.add_tempos()->set_qpm(120);
  const auto end = EndOfNotes(music, steps_per_quarter);
  if (!end.ok()) {
    return InputError("", options.music_name + " " + std::string(end.status().message()),
                      "Send one with a melody");
  }
  MAGENTA_ASSIGN_OR_RETURN(GenerateSequenceRequest asked,
                           ContinuationOf(std::move(music), *end, options));
  *request.mutable_input_sequence() = std::move(*asked.mutable_input_sequence());
  request.mutable_generator_options()->mutable_generate_sections()->Swap(
      asked.mutable_generator_options()->mutable_generate_sections());
  return absl::OkStatus();
}

}  // namespace

std::optional<BodyForm> BodyFormNamed(std::string_view header) {
  while (!header.empty()) {
    const size_t comma = std::min(header.find(','), header.size());
    std::string name(header.substr(0, std::min(header.find(';'), comma)));
    std::erase(name, ' ');
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    for (const ContentType& type : kContentTypes) {
      if (name == type.name) return type.form;
    }
    header.remove_prefix(std::min(comma + 1, header.size()));
  }
  return std::nullopt;
}

const char* ContentTypeOf(BodyForm form) {
  for (const ContentType& type : kContentTypes) {
    if (type.form == form) return type.name;
  }
  return "";
}

HttpTarget::HttpTarget(std::string_view target) {
  const size_t question = std::min(target.find('?'), target.size());
  path = Unescaped(target.substr(0, question));
  query = QueryOf(target.substr(std::min(question + 1, target.size())));
  constexpr std::string_view kFolder = "/v1/generators/";
  if (!path.starts_with(kFolder)) return;
  const size_t colon = path.rfind(':');
  if (colon == std::string::npos || colon < kFolder.size()) return;
  id = path.substr(kFolder.size(), colon - kFolder.size());
  verb = path.substr(colon + 1);
}

absl::StatusOr<BodyReading> ReadHttpBody(std::string_view content_type, std::string_view body,
                                         const std::map<std::string, std::string>& query,
                                         int steps_per_quarter) {
  const auto named = BodyFormNamed(content_type);
  BodyReading reading;
  reading.form = named.value_or(BodyFormOf(body));
  const bool is_midi = reading.form == BodyForm::kMidi;
  if (is_midi) {
    MAGENTA_RETURN_IF_ERROR(ReadMidiBody(body, reading));
  } else {
    MAGENTA_ASSIGN_OR_RETURN(reading.request, ParseRequestAs(body, MessageFormOf(reading.form)));
  }
  MAGENTA_RETURN_IF_ERROR(AddArgs(query, reading.request));
  const auto steps = query.find("steps");
  if (steps == query.end() && !is_midi) return reading;
  if (reading.request.generator_options().generate_sections_size() > 0) {
    return UsageError("the request has sections to generate, and the query has steps",
                      "Leave one of them out");
  }
  MAGENTA_RETURN_IF_ERROR(AskForSteps(steps == query.end() ? "128" : steps->second,
                                      steps_per_quarter, is_midi ? "the file" : "the input",
                                      reading.request));
  return reading;
}

absl::StatusOr<std::string> HttpBodyOf(const GenerateSequenceResponse& response, BodyForm form) {
  if (form == BodyForm::kMidi) return WriteMidi(response.generated_sequence());
  if (form != BodyForm::kJson) return FormatMessage(response, MessageFormOf(form));
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(response, &json);
  if (!status.ok()) return InputError("", std::string(status.message().as_string()));
  return json;
}

}  // namespace magenta
