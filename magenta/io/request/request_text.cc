#include "magenta/io/request/request_text.h"

#include <fmt/core.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/record/parsed_size.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

namespace io = google::protobuf::io;

/// Nested deeper than any message of ours; a hostile text stops here.
constexpr int kMaxDepth = 100;

/// Collects the first error.
class FirstError : public io::ErrorCollector {
 public:
  void AddError(int line, io::ColumnNumber column, const std::string& message) override {
    if (text_.empty()) {
      text_ = fmt::format("line {}, column {}: {}", line + 1, column + 1, message);
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

int DepthOf(std::string_view text) {
  int depth = 0, deepest = 0;
  for (const char c : text) {
    if (c == '{' || c == '[' || c == '<') deepest = std::max(deepest, ++depth);
    if (c == '}' || c == ']' || c == '>') --depth;
  }
  return deepest;
}

/// "line 2, column 5" of byte `at`.
std::string PlaceOf(std::string_view text, size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return fmt::format("line {}, column {}", lines + 1, before.size() - line_start + 1);
}

/// What is wrong with `text`, by one of protobuf's JSON errors: a message that names a field, or
/// one with a piece of the text below it, and below that a mark under its place.
std::string JsonFault(std::string_view text, std::string_view message) {
  const size_t first = message.find('\n'), last = message.rfind('\n');
  std::string what(message.substr(0, first));
  if (first == message.npos) return what;
  const std::string_view piece =
      last > first ? message.substr(first + 1, last - first - 1) : std::string_view();
  const size_t at = text.find(piece);
  const bool once = at != text.npos && text.find(piece, at + 1) == text.npos;
  if (piece.empty()) return PlaceOf(text, text.size()) + ": " + what;
  if (once) return PlaceOf(text, at + (message.size() - last - 2)) + ": " + what;
  return fmt::format("{} Near: {}", what, ValidUtf8(piece.substr(0, piece.find('\n'))));
}

/// 2016 had generate_sections as field 1, where input_sections are now: a request without a
/// generate section and with one input section that begins after the notes is such a one.
bool HasOldSections(const GenerateSequenceRequest& request) {
  const GeneratorOptions& options = request.generator_options();
  if (options.generate_sections_size() > 0 || options.input_sections_size() != 1) return false;
  double end = 0;
  for (const auto& note : request.input_sequence().notes()) end = std::max(end, note.end_time());
  const auto& section = options.input_sections(0);
  return end <=
         (section.has_start_time_seconds() ? section.start_time_seconds() : section.start_time());
}

bool HasOldNames(const GeneratorOptions::SequenceSection& section) {
  return section.has_start_time_seconds() || section.has_end_time_seconds();
}

void UseTodaysNames(GeneratorOptions::SequenceSection& section) {
  if (section.has_start_time_seconds()) section.set_start_time(section.start_time_seconds());
  if (section.has_end_time_seconds()) section.set_end_time(section.end_time_seconds());
  section.clear_start_time_seconds();
  section.clear_end_time_seconds();
}

/// Of text and JSON the names alone: there, fields have no numbers to be mistaken for others.
void UseTodaysNames(GenerateSequenceRequest& request) {
  if (request.has_generator_options()) {
    GeneratorOptions& options = *request.mutable_generator_options();
    for (auto& section : *options.mutable_generate_sections()) UseTodaysNames(section);
    for (auto& section : *options.mutable_input_sections()) UseTodaysNames(section);
  }
  if (!request.has_input_sequence()) return;
  NoteSequence& input = *request.mutable_input_sequence();
  if (input.has_ticks_per_beat()) input.set_ticks_per_quarter(input.ticks_per_beat());
  input.clear_ticks_per_beat();
  for (auto& tempo : *input.mutable_tempos()) {
    if (tempo.has_bpm()) tempo.set_qpm(tempo.bpm());
    tempo.clear_bpm();
  }
}

}  // namespace

MessageForm FormOf(std::string_view bytes) {
  size_t first = 0;
  while (first < bytes.size() && std::isspace(static_cast<unsigned char>(bytes[first]))) ++first;
  if (first < bytes.size() && bytes[first] == '{') return MessageForm::kJson;
  const bool printable = std::all_of(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 ? byte != 0x7f : c == '\n' || c == '\r' || c == '\t';
  });
  return printable && !bytes.empty() && ValidUtf8(bytes) == bytes ? MessageForm::kText
                                                                  : MessageForm::kBinary;
}

bool IsOf2016(const GenerateSequenceRequest& request) {
  const NoteSequence& input = request.input_sequence();
  const GeneratorOptions& options = request.generator_options();
  const auto is_old = [](const auto& section) { return HasOldNames(section); };
  return input.has_ticks_per_beat() ||
         std::any_of(input.tempos().begin(), input.tempos().end(),
                     [](const auto& tempo) { return tempo.has_bpm(); }) ||
         std::any_of(options.generate_sections().begin(), options.generate_sections().end(),
                     is_old) ||
         std::any_of(options.input_sections().begin(), options.input_sections().end(), is_old) ||
         HasOldSections(request);
}

void Modernize(GenerateSequenceRequest& request) {
  UseTodaysNames(request);
  if (!HasOldSections(request)) return;
  GeneratorOptions& options = *request.mutable_generator_options();
  options.mutable_generate_sections()->Swap(options.mutable_input_sections());
}

namespace {

/// Strings of a message are UTF-8; text may hold others, as they are or as escapes, which no reader
/// of bytes would take.
absl::Status CheckStrings(std::string_view bytes, const google::protobuf::Message& message) {
  bool valid = ValidUtf8(bytes) == bytes;
  if (valid && bytes.find('\\') != bytes.npos) {
    const std::unique_ptr<google::protobuf::Message> again(message.New());
    valid = again->ParseFromString(message.SerializeAsString());
  }
  return valid ? absl::OkStatus() : InputError("", "holds text that is no UTF-8");
}

/// A note of text can be seven bytes, and 130 in memory.
constexpr uint64_t kMostTextBytes = uint64_t{32} << 20;

/// Whether a message's music can be within the limits of a piece.
absl::Status CheckSize(std::string_view bytes, MessageForm form,
                       const google::protobuf::Descriptor* type) {
  if (form != MessageForm::kBinary) {
    if (bytes.size() <= kMostTextBytes) return absl::OkStatus();
    return PieceLimitError("bytes of text", bytes.size(), kMostTextBytes, false);
  }
  MAGENTA_RETURN_IF_ERROR(CheckFileBytes(bytes.size()));
  if (FitsParsed(bytes, type)) return absl::OkStatus();
  return PieceLimitError("bytes in memory", ParsedSize(bytes, type), kMostParsedBytes, false);
}

}  // namespace

absl::Status ParseMessageAs(std::string_view bytes, MessageForm form,
                            google::protobuf::Message& message) {
  const std::string& name = message.GetDescriptor()->name();
  MAGENTA_RETURN_IF_ERROR(CheckSize(bytes, form, message.GetDescriptor()));
  if (form == MessageForm::kBinary) {
    if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return absl::OkStatus();
    }
    return InputError("", fmt::format("the bytes are no {}", name),
                      fmt::format("Give those of a serialized {}", name));
  }
  if (DepthOf(bytes) > kMaxDepth) {
    return InputError("", fmt::format("is nested deeper than {} levels", kMaxDepth));
  }
  if (form == MessageForm::kJson) {
    const auto status = google::protobuf::util::JsonStringToMessage(std::string(bytes), &message);
    if (status.ok()) return CheckStrings(bytes, message);
    return InputError("", fmt::format("is no {} in JSON: {}", name,
                                      JsonFault(bytes, status.message().as_string())));
  }
  FirstError errors;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  if (!parser.ParseFromString(std::string(bytes), &message)) {
    return InputError("", errors.text());
  }
  return CheckStrings(bytes, message);
}

absl::StatusOr<GenerateSequenceRequest> ParseRequest(std::string_view bytes) {
  const MessageForm form = FormOf(bytes);
  auto request = ParseRequestAs(bytes, form);
  if (form != MessageForm::kBinary || bytes.empty() || request.ok() ||
      IsPieceLimitError(request.status())) {
    return request;
  }
  return InputError("", "is no GenerateSequenceRequest", "Give one as text, JSON or binary");
}

absl::StatusOr<GenerateSequenceRequest> ParseRequestAs(std::string_view bytes, MessageForm form) {
  GenerateSequenceRequest request;
  if (bytes.empty()) {
    return InputError("", "the request is empty", "Give a GenerateSequenceRequest");
  }
  MAGENTA_RETURN_IF_ERROR(ParseMessageAs(bytes, form, request));
  if (form == MessageForm::kBinary) {
    Modernize(request);
  } else {
    UseTodaysNames(request);
  }
  return request;
}

absl::StatusOr<std::string> FormatMessage(const google::protobuf::Message& message,
                                          MessageForm form) {
  std::string bytes;
  if (form == MessageForm::kBinary) return message.SerializeAsString();
  if (form == MessageForm::kText) {
    google::protobuf::TextFormat::PrintToString(message, &bytes);
    return bytes;
  }
  const auto status = google::protobuf::util::MessageToJsonString(message, &bytes);
  if (!status.ok()) return InputError("", std::string(status.message().as_string()));
  return bytes + "\n";
}

}  // namespace magenta
