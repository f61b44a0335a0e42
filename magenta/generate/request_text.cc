#include "magenta/generate/request_text.h"

#include <fmt/core.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cctype>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"

namespace magenta {
namespace {

namespace io = google::protobuf::io;

struct OldName {
  std::string_view old_name;
  std::string_view name;
};
constexpr OldName kOldNames[] = {{"ticks_per_beat", "ticks_per_quarter"},
                                 {"bpm", "qpm"},
                                 {"start_time_seconds", "start_time"},
                                 {"end_time_seconds", "end_time"},
                                 {"ticksPerBeat", "ticksPerQuarter"},
                                 {"startTimeSeconds", "startTime"},
                                 {"endTimeSeconds", "endTime"}};

/// Nested deeper than any message of ours; a hostile text stops here.
constexpr int kMaxDepth = 100;

std::string_view ModernFieldName(std::string_view name) {
  for (const OldName& old : kOldNames) {
    if (old.old_name == name) return old.name;
  }
  return name;
}

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

/// Positions of lines in a text.
std::vector<size_t> LineStarts(std::string_view text) {
  std::vector<size_t> starts = {0};
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts.push_back(i + 1);
  }
  return starts;
}

/// Where column `column` of the line that begins at `line_start` is; io::Tokenizer counts a tab as
/// up to the next multiple of 8.
size_t OffsetOf(std::string_view text, size_t line_start, int column) {
  size_t at = line_start;
  for (int i = 0; i < column && at < text.size(); ++at) i += text[at] == '\t' ? 8 - i % 8 : 1;
  return at;
}

/// JSON with modern keys: a string that a colon follows is a key.
std::string ModernJson(std::string_view json) {
  std::string modern;
  for (size_t i = 0; i < json.size();) {
    if (json[i] != '"') {
      modern += json[i++];
      continue;
    }
    size_t end = i + 1;
    while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
    end = std::min(end + 1, json.size());
    size_t colon = end;
    while (colon < json.size() && std::isspace(static_cast<unsigned char>(json[colon]))) ++colon;
    const std::string_view quoted = json.substr(i, end - i);
    if (colon < json.size() && json[colon] == ':' && quoted.size() >= 2) {
      modern += fmt::format("\"{}\"", ModernFieldName(quoted.substr(1, quoted.size() - 2)));
    } else {
      modern += quoted;
    }
    i = end;
  }
  return modern;
}

int DepthOf(std::string_view text) {
  int depth = 0, deepest = 0;
  for (const char c : text) {
    if (c == '{' || c == '[' || c == '<') deepest = std::max(deepest, ++depth);
    if (c == '}' || c == ']' || c == '>') --depth;
  }
  return deepest;
}

/// 2016 had generate_sections as field 1, where input_sections are now: a binary request without a
/// generate section and with one input section that begins after the notes is such a one.
void MendSections(GenerateSequenceRequest& request) {
  GeneratorOptions& options = *request.mutable_generator_options();
  if (options.generate_sections_size() > 0 || options.input_sections_size() != 1) return;
  double end = 0;
  for (const auto& note : request.input_sequence().notes()) end = std::max(end, note.end_time());
  if (options.input_sections(0).start_time() < end) return;
  options.mutable_generate_sections()->Swap(options.mutable_input_sections());
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

std::string WithModernFieldNames(std::string_view text) {
  const std::vector<size_t> lines = LineStarts(text);
  io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  FirstError errors;
  io::Tokenizer tokenizer(&stream, &errors);
  tokenizer.set_comment_style(io::Tokenizer::SH_COMMENT_STYLE);
  std::string modern;
  size_t copied = 0;
  while (tokenizer.Next()) {
    const io::Tokenizer::Token& token = tokenizer.current();
    if (token.type != io::Tokenizer::TYPE_IDENTIFIER) continue;
    const std::string_view name = ModernFieldName(token.text);
    if (name == token.text) continue;
    const size_t at = OffsetOf(text, lines[token.line], token.column);
    modern += text.substr(copied, at - copied);
    modern += name;
    copied = at + token.text.size();
  }
  return modern + std::string(text.substr(copied));
}

absl::StatusOr<GenerateSequenceRequest> ParseRequest(std::string_view bytes) {
  return ParseRequestAs(bytes, FormOf(bytes));
}

absl::StatusOr<GenerateSequenceRequest> ParseRequestAs(std::string_view bytes, MessageForm form) {
  GenerateSequenceRequest request;
  if (bytes.empty()) return InputError("", "the request is empty");
  if (form == MessageForm::kBinary) {
    if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return InputError("", "is no GenerateSequenceRequest (text, JSON or binary)");
    }
    MendSections(request);
    return request;
  }
  if (DepthOf(bytes) > kMaxDepth) {
    return InputError("", fmt::format("is nested deeper than {} levels", kMaxDepth));
  }
  if (form == MessageForm::kJson) {
    const auto status = google::protobuf::util::JsonStringToMessage(ModernJson(bytes), &request);
    if (status.ok()) return request;
    return InputError("", fmt::format("is no GenerateSequenceRequest in JSON: {}",
                                      std::string(status.message().as_string())));
  }
  FirstError errors;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  if (parser.ParseFromString(WithModernFieldNames(bytes), &request)) return request;
  return InputError("", errors.text());
}

absl::StatusOr<std::string> FormatMessage(const google::protobuf::Message& message,
                                          MessageForm form) {
  std::string bytes;
  if (form == MessageForm::kBinary) return message.SerializeAsString();
  if (form == MessageForm::kText) {
    google::protobuf::TextFormat::PrintToString(message, &bytes);
    return bytes;
  }
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  const auto status = google::protobuf::util::MessageToJsonString(message, &bytes, options);
  if (!status.ok()) return InputError("", std::string(status.message().as_string()));
  return bytes + "\n";
}

}  // namespace magenta
