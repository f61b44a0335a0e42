#include "magenta/serve/http_body.h"

#include <fmt/core.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <compare>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/generate/generator_details.h"
#include "magenta/io/abc/abc_writer.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/music/piece_choice.h"
#include "magenta/io/music/read_music.h"
#include "magenta/io/musicxml/musicxml_writer.h"
#include "magenta/io/request/request_text.h"
#include "magenta/request/continuation.h"
#include "magenta/request/generate_args.h"
#include "magenta/serve/multipart.h"

namespace magenta {
namespace {

/// New bars of a file of which nobody says how long it is to become.
constexpr int kDefaultBars = 8;
/// Warnings about a music file that are told, a header each.
constexpr size_t kMostFileNotes = 3;
/// Bytes of a parameter in a form.
constexpr size_t kMostParameter = 256;
constexpr char kReadable[] = "Send MIDI, MusicXML, ABC or a GenerateSequenceRequest";

struct ContentType {
  const char* name;
  BodyForm form;
};
/// The first of a form is what answers say.
constexpr ContentType kContentTypes[] = {
    {"application/json", BodyForm::kJson},
    {"application/x-protobuf", BodyForm::kBinary},
    {"application/protobuf", BodyForm::kBinary},
    {"application/octet-stream", BodyForm::kBinary},
    {"text/plain", BodyForm::kText},
    {"audio/midi", BodyForm::kMidi},
    {"audio/x-midi", BodyForm::kMidi},
    {"audio/mid", BodyForm::kMidi},
    {"application/vnd.recordare.musicxml+xml", BodyForm::kMusicXml},
    {"application/vnd.recordare.musicxml", BodyForm::kMusicXml},
    {"application/xml", BodyForm::kMusicXml},
    {"text/xml", BodyForm::kMusicXml},
    {"text/vnd.abc", BodyForm::kAbc},
    {"text/x-abc", BodyForm::kAbc},
    {"audio/wav", BodyForm::kWav},
    {"audio/wave", BodyForm::kWav},
    {"audio/x-wav", BodyForm::kWav},
    {"audio/vnd.wave", BodyForm::kWav},
    {"image/svg+xml", BodyForm::kSvg},
    {"image/png", BodyForm::kPng}};
/// Of these the bytes tell.
constexpr std::string_view kToldByBytes[] = {"", "application/x-www-form-urlencoded",
                                             "application/gzip", "application/x-gzip",
                                             "application/zip"};

/// "audio/midi" of " Audio/MIDI; q=0.5, ...".
std::string FirstType(std::string_view header) {
  std::string name(header.substr(0, header.find_first_of(",;")));
  std::erase(name, ' ');
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return name;
}

/// "audio/*;q=0.5" of an Accept header.
struct AcceptedRange {
  std::string type;
  double q = 1;
};

/// The value of a type's parameter q; 1 without one, 0 for what is no number from 0 to 1.
double QualityOf(std::string_view item) {
  double q = 1;
  for (size_t at = item.find(';'); at < item.size(); at = item.find(';', at + 1)) {
    std::string parameter(item.substr(at + 1, item.find(';', at + 1) - at - 1));
    std::erase_if(parameter, [](char c) { return c == ' ' || c == '\t'; });
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    const char* const end = parameter.data() + parameter.size();
    const auto read = std::from_chars(parameter.data() + 2, end, q);
    if (read.ec != std::errc() || read.ptr != end || !(q >= 0 && q <= 1)) return 0;
  }
  return q;
}

std::vector<AcceptedRange> RangesOf(std::string_view accept) {
  std::vector<AcceptedRange> ranges;
  while (!accept.empty()) {
    const std::string_view item = accept.substr(0, accept.find(','));
    ranges.push_back({FirstType(item), QualityOf(item)});
    accept.remove_prefix(std::min(item.size() + 1, accept.size()));
  }
  return ranges;
}

/// How well a form is liked; the greater the better.
struct AcceptedMatch {
  double q = 0;
  int exactness = 0;  // 0: */*, 1: audio/*, 2: audio/midi
  int place = 0;      // of its range, negative
  auto operator<=>(const AcceptedMatch&) const = default;
};

/// How exactly `range` names `form`: by any of its names, by the family of what answers say it is,
/// or as anything; -1: not.
int ExactnessOf(std::string_view range, BodyForm form) {
  for (const ContentType& type : kContentTypes) {
    if (type.form == form && range == type.name) return 2;
  }
  const std::string_view name = ContentTypeOf(form);
  const bool is_family =
      range.ends_with("/*") && name.starts_with(range.substr(0, range.size() - 1));
  return is_family ? 1 : range == "*/*" ? 0 : -1;
}

/// Of the range that names `form` most exactly, whose q alone counts for it.
std::optional<AcceptedMatch> MatchOf(BodyForm form, const std::vector<AcceptedRange>& ranges) {
  std::optional<AcceptedMatch> found;
  for (size_t i = 0; i < ranges.size(); ++i) {
    const int exactness = ExactnessOf(ranges[i].type, form);
    if (exactness < 0 || (found.has_value() && exactness <= found->exactness)) continue;
    found = {ranges[i].q, exactness, -static_cast<int>(i)};
  }
  return found;
}

MessageForm MessageFormOf(BodyForm form) {
  return form == BodyForm::kJson   ? MessageForm::kJson
         : form == BodyForm::kText ? MessageForm::kText
                                   : MessageForm::kBinary;
}

std::optional<MusicFormat> MusicFormatOf(std::optional<BodyForm> form) {
  if (form == BodyForm::kMidi) return MusicFormat::kMidi;
  if (form == BodyForm::kMusicXml) return MusicFormat::kMusicXml;
  if (form == BodyForm::kAbc) return MusicFormat::kAbc;
  return std::nullopt;
}

/// What music of `format` is answered with, unless asked otherwise.
BodyForm BodyFormOf(MusicFormat format) {
  if (format == MusicFormat::kMusicXml) return BodyForm::kMusicXml;
  return format == MusicFormat::kAbc ? BodyForm::kAbc : BodyForm::kMidi;
}

BodyForm BodyFormOf(MessageForm form) {
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

/// A name or value of a query, where "+" is a blank, as forms have it.
std::string QueryText(std::string_view text) {
  std::string blanks(text);
  std::replace(blanks.begin(), blanks.end(), '+', ' ');
  return Unescaped(blanks);
}

std::map<std::string, std::string> QueryOf(std::string_view query) {
  std::map<std::string, std::string> values;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const size_t equals = std::min(pair.find('='), pair.size());
    if (!pair.empty()) {
      values[QueryText(pair.substr(0, equals))] =
          QueryText(pair.substr(std::min(equals + 1, pair.size())));
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

/// Whether the argument `name` is text alone, whatever it looks like.
bool IsTextAlone(const std::string& name) {
  static const auto& all = *new std::vector<GeneratorArgument>(GenerateArguments());
  return std::any_of(all.begin(), all.end(), [&](const GeneratorArgument& argument) {
    return argument.name() == name && argument.type() == GeneratorArgument::STRING &&
           !argument.has_low();
  });
}

/// Query parameters as arguments: seed=3, temperature=1.2.
void AddArgs(const std::map<std::string, std::string>& query, GenerateSequenceRequest& request) {
  for (const auto& [name, value] : query) {
    if (name == "tune") continue;
    auto& args = *request.mutable_generator_options()->mutable_args();
    // As this parameter was called first.
    auto& arg = args[name == "steps" ? "num_steps" : name];
    if (IsTextAlone(name)) {
      arg.set_string_value(ValidUtf8(value));
      continue;
    }
    const auto whole = NumberOf<int64_t>(value);
    const auto real = NumberOf<double>(value);
    if (whole.has_value() && *whole >= INT32_MIN && *whole <= int64_t{UINT32_MAX}) {
      arg.set_int_value(static_cast<int32_t>(*whole));
    } else if (real.has_value() && std::isfinite(*real)) {
      arg.set_float_value(*real);
    } else {
      arg.set_string_value(ValidUtf8(value));
    }
  }
}

/// The piece of `book` that is meant: the only one, or that of the parameter tune or `part_name`,
/// of which stays what is not used up.
absl::StatusOr<MusicPiece*> PieceMeant(MusicReading& book, const std::string& part_name,
                                       std::map<std::string, std::string>& query) {
  const auto tune = query.find("tune"), part = query.find(part_name);
  if (book.pieces.size() == 1 && tune == query.end()) return &book.pieces[0];
  std::vector<const NoteSequence*> all;
  all.reserve(book.pieces.size());
  for (const MusicPiece& piece : book.pieces) all.push_back(&piece.sequence);
  const std::vector<PieceName> names = NamesOf(all);
  if (tune == query.end() && part == query.end()) {
    return UsageError(fmt::format("the file holds {} pieces", book.pieces.size()),
                      fmt::format("Choose one by tune=NUMBER, or {}=NUMBER or TITLE. {}", part_name,
                                  PieceList(names)));
  }
  if (tune != query.end()) {
    std::string number = HeaderText(tune->second);
    MAGENTA_ASSIGN_OR_RETURN(const size_t found, ChoosePiece(names, "tune", number));
    return &book.pieces[found];
  }
  part->second = ValidUtf8(part->second);
  MAGENTA_ASSIGN_OR_RETURN(const size_t found, ChoosePiece(names, part_name, part->second));
  if (part->second.empty()) query.erase(part);
  return &book.pieces[found];
}

absl::Status ReadMusicBody(std::string_view body, std::optional<MusicFormat> format,
                           const std::string& part_name, std::map<std::string, std::string>& query,
                           const PieceLimits& limits, const Model& model, BodyReading& reading) {
  MusicReadOptions options;
  options.format = format;
  options.limits = limits;
  auto music = ReadMusicBytes(body, options);
  if (!music.ok()) return AsArgument(music.status());
  MAGENTA_ASSIGN_OR_RETURN(MusicPiece * piece, PieceMeant(*music, part_name, query));
  if (!piece->status.ok()) return AsArgument(piece->status);
  reading.form = BodyFormOf(music->format);
  const size_t told = std::min(kMostFileNotes, piece->warnings.size());
  reading.notes.assign(piece->warnings.begin(), piece->warnings.begin() + told);
  const uint64_t more = piece->warnings.size() - told + piece->warnings_left_out;
  if (more > 0) reading.notes.push_back(fmt::format("{} more of this kind", more));
  const MusicKind& kind = *model.spec->kind;
  const auto end = EndOfNotes(piece->sequence, kind, model.grid);
  if (!end.ok()) {
    return WithRemedy(
        UsageError("the file " + ErrorMessage(end.status()), ErrorRemedy(end.status())),
        kind.plays_drums() ? "Send one with drums"
                           : "Send one with a melody, or ask a model of drums");
  }
  *reading.request.mutable_input_sequence() = WholePiece(std::move(*piece));
  return absl::OkStatus();
}

/// What is told of a body that could not be read as a message of `form`. JSON was meant as one;
/// text and bytes may be a file of any kind.
absl::Status NoMessage(const absl::Status& error, MessageForm form) {
  if (form == MessageForm::kJson || IsPieceLimitError(error)) return AsArgument(error);
  if (form == MessageForm::kBinary) return UsageError(ErrorMessage(error), kReadable);
  return UsageError("this is no music and no message in text: " + ErrorMessage(error), kReadable);
}

/// A message; an empty body is an empty one.
absl::Status ReadMessageBody(std::string_view body, std::optional<BodyForm> named,
                             const std::map<std::string, std::string>& query,
                             BodyReading& reading) {
  if (query.contains("tune")) {
    return UsageError("tune chooses one of a file's tunes, and this is no file", "Leave it out");
  }
  if (const std::string_view foreign = ForeignKind(body); !foreign.empty()) {
    return UsageError(fmt::format("this is {}, no music and no message", foreign), kReadable);
  }
  const bool known = named.has_value() && !RenderFormatOf(*named).has_value();
  const MessageForm form = known          ? MessageFormOf(*named)
                           : body.empty() ? MessageForm::kJson
                                          : FormOf(body);
  reading.form = BodyFormOf(form);
  if (body.empty()) return absl::OkStatus();
  auto request = ParseRequestAs(body, form);
  if (!request.ok()) return NoMessage(request.status(), form);
  reading.request = *std::move(request);
  return absl::OkStatus();
}

/// A form's fields: the file goes to `content_type` and `body`, the others to `query`.
absl::Status OpenForm(std::string& content_type, std::string_view& body,
                      std::map<std::string, std::string>& query) {
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<FormPart> parts, ReadMultipart(content_type, body));
  const FormPart* file = nullptr;
  for (const FormPart& part : parts) {
    if (part.is_file || part.name == "file" || part.name == "request") {
      if (file != nullptr) return UsageError("the form has two files", "Send one");
      file = &part;
    } else if (part.bytes.size() > kMostParameter) {
      return UsageError(fmt::format("the form's field {} is no parameter", HeaderText(part.name)),
                        "Send music as a file: `curl -F file=@tune.mid`");
    } else if (!query.emplace(part.name, std::string(part.bytes)).second) {
      return UsageError(fmt::format("{} is given twice", HeaderText(part.name)), "Give it once");
    }
  }
  if (file == nullptr) {
    return UsageError("the form has no file", "Send one: `curl -F file=@tune.mid`");
  }
  if (file->bytes.empty()) return UsageError("the form's file is empty", "Send one with music");
  content_type = file->content_type;
  body = file->bytes;
  return absl::OkStatus();
}

/// Takes the parameter distributions, 0 or 1, out of `query`.
absl::StatusOr<bool> TakeDistributions(std::map<std::string, std::string>& query) {
  const auto found = query.find("distributions");
  if (found == query.end()) return false;
  const std::string value = found->second;
  query.erase(found);
  if (value == "0" || value == "1") return value == "1";
  return UsageError(fmt::format("distributions is '{}'", HeaderText(value)), "Give 0 or 1");
}

/// What `body` holds; of `query` the rest are arguments.
absl::StatusOr<BodyReading> ReadBody(std::string_view content_type, std::string_view body,
                                     const std::string& part_name,
                                     std::map<std::string, std::string>& query,
                                     const PieceLimits& limits, const Model& model,
                                     bool& is_music) {
  std::string type(content_type);
  if (IsMultipart(type)) MAGENTA_RETURN_IF_ERROR(OpenForm(type, body, query));
  const auto named = BodyFormNamed(type);
  BodyReading reading;
  MAGENTA_ASSIGN_OR_RETURN(reading.distributions, TakeDistributions(query));
  // Music is told by its bytes whatever it is called; MIDI behind other bytes by its name alone.
  const auto told = MusicFormatOfBytes(body);
  const auto format = told.has_value() ? told : MusicFormatOf(named);
  is_music = format.has_value();
  if (is_music) {
    MAGENTA_RETURN_IF_ERROR(ReadMusicBody(body, format, part_name, query, limits, model, reading));
  } else {
    MAGENTA_RETURN_IF_ERROR(ReadMessageBody(body, named, query, reading));
  }
  return reading;
}

}  // namespace

absl::Status AsArgument(const absl::Status& status) {
  if (IsPieceLimitError(status)) {
    return LimitError("the file " + ErrorMessage(status), ErrorRemedy(status));
  }
  return status.ok() ? status : UsageError(ErrorMessage(status), ErrorRemedy(status));
}

std::optional<BodyForm> BodyFormNamed(std::string_view header) {
  while (!header.empty()) {
    const std::string name = FirstType(header);
    for (const ContentType& type : kContentTypes) {
      if (name == type.name) return type.form;
    }
    header.remove_prefix(std::min(header.find(','), header.size() - 1) + 1);
  }
  return std::nullopt;
}

std::optional<RenderFormat> RenderFormatOf(BodyForm form) {
  if (form == BodyForm::kWav) return RenderFormat::kWav;
  if (form == BodyForm::kSvg) return RenderFormat::kSvg;
  if (form == BodyForm::kPng) return RenderFormat::kPng;
  return std::nullopt;
}

BodyForm AcceptedForm(std::string_view accept, BodyForm own) {
  const std::vector<AcceptedRange> ranges = RangesOf(accept);
  std::optional<AcceptedMatch> best;
  BodyForm chosen = own;
  const auto weigh = [&](BodyForm form) {
    const auto match = MatchOf(form, ranges);
    if (!match.has_value() || match->q <= 0 || (best.has_value() && *match <= *best)) return;
    best = match;
    chosen = form;
  };
  weigh(own);
  for (const ContentType& type : kContentTypes) weigh(type.form);
  return chosen;
}

bool IsReadable(std::string_view content_type) {
  if (IsMultipart(content_type)) return true;
  const std::string name = FirstType(content_type);
  if (std::find(std::begin(kToldByBytes), std::end(kToldByBytes), name) != std::end(kToldByBytes)) {
    return true;
  }
  const auto form = BodyFormNamed(content_type);
  return form.has_value() && !RenderFormatOf(*form).has_value();
}

std::string ReadableTypes() {
  std::string types;
  for (const BodyForm form : {BodyForm::kJson, BodyForm::kBinary, BodyForm::kText, BodyForm::kMidi,
                              BodyForm::kMusicXml, BodyForm::kAbc}) {
    types += std::string(ContentTypeOf(form)) + ", ";
  }
  return types + "application/octet-stream and multipart/form-data";
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

absl::StatusOr<BodyReading> ReadMusicOfBody(std::string_view content_type, std::string_view body,
                                            std::map<std::string, std::string>& query,
                                            const std::string& part, const PieceLimits& limits,
                                            const Model& model) {
  bool is_music = false;
  return ReadBody(content_type, body, part, query, limits, model, is_music);
}

absl::StatusOr<BodyReading> ReadHttpBody(std::string_view content_type, std::string_view body,
                                         std::map<std::string, std::string> query,
                                         const PieceLimits& limits, const Model& model) {
  bool is_music = false;
  MAGENTA_ASSIGN_OR_RETURN(BodyReading reading, ReadBody(content_type, body, "primer_part", query,
                                                         limits, model, is_music));
  if (query.contains("steps") && query.contains("num_steps")) {
    return UsageError("steps is num_steps, and both are given", "Give one");
  }
  AddArgs(query, reading.request);
  const ArgumentRule rule = ArgumentRuleOf(*model.spec);
  MAGENTA_ASSIGN_OR_RETURN(const GenerateArgs args,
                           ParseGenerateArgs(reading.request.generator_options(), &rule));
  if (is_music && !args.num_steps && !args.new_steps && !args.bars && !args.chords.given() &&
      !args.parts.says_where()) {
    (*reading.request.mutable_generator_options()->mutable_args())["bars"].set_int_value(
        kDefaultBars);
  }
  return reading;
}

absl::StatusOr<BodyWriting> HttpBodyOf(const GenerateSequenceResponse& response, BodyForm form) {
  BodyWriting writing;
  absl::StatusOr<std::string> bytes;
  const NoteSequence& music = response.generated_sequence();
  switch (form) {
    case BodyForm::kMidi: bytes = WriteMidi(music); break;
    case BodyForm::kMusicXml: bytes = WriteMusicXml(music, &writing.notes); break;
    case BodyForm::kJson: bytes = JsonLineOf(response) + "\n"; break;
    case BodyForm::kAbc: bytes = WriteAbc(music, &writing.notes); break;
    default: bytes = FormatMessage(response, MessageFormOf(form));
  }
  if (!bytes.ok()) return bytes.status();
  writing.bytes = *std::move(bytes);
  return writing;
}

PieceLimits FileLimitsOf(int64_t max_bytes, int64_t max_notes) {
  constexpr uint64_t kUnpackedTimes = 8, kEventsPerNote = 16;
  const auto notes = static_cast<uint64_t>(max_notes);
  const auto bytes = static_cast<uint64_t>(max_bytes);
  PieceLimits limits;
  limits.file_bytes = std::min(limits.file_bytes, bytes);
  limits.unpacked_bytes = std::min(limits.unpacked_bytes, kUnpackedTimes * bytes);
  limits.notes = std::min(limits.notes, notes);
  limits.events = std::min(limits.events, kEventsPerNote * (notes + 4096));
  return limits;
}

PieceLimits FileLimitsOf(const ServeOptions& options) {
  return FileLimitsOf(options.max_body_bytes, options.max_notes);
}

std::string JsonMembersOf(const StepDistribution& distribution) {
  constexpr double kLeast = 1e-7;
  std::string json = "\"pitches\":{";
  const char* between = "";
  for (const auto& [pitch, probability] : distribution.pitches) {
    if (probability < kLeast) continue;
    json += fmt::format("{}\"{}\":{:.7g}", std::exchange(between, ","), pitch, probability);
  }
  json += fmt::format("}},\"hold\":{:.7g},\"rest\":{:.7g}", distribution.hold, distribution.rest);
  if (distribution.attention.empty()) return json;
  between = ",\"attention\":[";
  for (const float weight : distribution.attention) {
    json += fmt::format("{}{:.7g}", std::exchange(between, ","), weight);
  }
  return json + "]";
}

std::string JsonLineOf(const GenerateSequenceResponse& response) {
  std::string json;
  google::protobuf::util::MessageToJsonString(response, &json);
  return json;
}

}  // namespace magenta
