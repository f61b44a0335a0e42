#include "magenta/studio/convert_route.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/abc/abc_writer.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/music/piece_choice.h"
#include "magenta/io/music/read_music.h"
#include "magenta/io/music/sequence_record.h"
#include "magenta/io/musicxml/musicxml_writer.h"
#include "magenta/io/request/request_text.h"
#include "magenta/serve/multipart.h"

namespace magenta {
namespace {

/// A piece of a file, and what there is to say about it.
struct ConvertedPiece {
  std::string title;
  NoteSequence sequence;
  std::vector<std::string> remarks;
};

/// What a body holds.
struct ConvertedFile {
  std::vector<ConvertedPiece> pieces;  // at least one
  /// Tunes of a book that can't be read: title and why.
  std::vector<std::pair<std::string, std::string>> left_out;
};

constexpr char kTakes[] =
    "Send a file of MIDI, MusicXML, ABC or drum grids, or a NoteSequence as JSON";

/// Whether `time` is one of music, in seconds.
bool IsMusicalTime(double time) { return std::isfinite(time) && time >= 0 && time < 1e7; }

/// What every form can hold; and the end that a client need not have told.
absl::Status MakeWhole(NoteSequence& sequence) {
  double end = 0;
  for (int i = 0; i < sequence.notes_size(); ++i) {
    const auto& note = sequence.notes(i);
    const bool timed = IsMusicalTime(note.start_time()) && IsMusicalTime(note.end_time()) &&
                       note.start_time() <= note.end_time();
    if (!timed) {
      return UsageError(
          fmt::format("notes[{}] lasts from {} to {} s", i, note.start_time(), note.end_time()),
          "Times are seconds from 0, and no note ends before it begins");
    }
    if (note.pitch() < 0 || note.pitch() > 127 || note.velocity() < 0 || note.velocity() > 127) {
      return UsageError(
          fmt::format("notes[{}] has pitch {} and velocity {}", i, note.pitch(), note.velocity()),
          "Both are 0 to 127");
    }
    end = std::max(end, note.end_time());
  }
  if (!IsMusicalTime(sequence.total_time())) {
    return UsageError(fmt::format("totalTime {} is no time", sequence.total_time()));
  }
  sequence.set_total_time(std::max(end, sequence.total_time()));
  return absl::OkStatus();
}

std::string_view WithoutBlanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

/// "tune" of "My songs/tune.mid".
std::string StemOf(const std::string& name) {
  return ToUtf8(std::filesystem::path(name).stem().string());
}

class ConvertRoute final : public StudioRoute {
 public:
  explicit ConvertRoute(const StudioParts& parts)
      : parts_(parts),
        limits_(FileLimitsOf(parts.options.max_file_bytes, parts.options.max_notes)) {}

  bool Owns(const std::string& path) const override { return path == "/v1/convert"; }
  int64_t MaxBodyBytes(const std::string& /*path*/) const override {
    return parts_.options.max_file_bytes;
  }

  void Answer(StudioRequest request) override {
    if (!request.Takes({"POST"})) return;
    if (IsMultipart(request.http.content_type)) {
      return request.SendError(UsageError("forms are not taken here", kTakes), 415);
    }
    auto file = Read(request);
    if (!file.ok()) return request.SendError(AsArgument(file.status()));
    request.http.body = std::string();
    const auto& query = request.target.query;
    if (const auto tune = query.find("tune"); tune != query.end()) {
      const absl::Status chosen = Choose(tune->second, *file);
      if (!chosen.ok()) return request.SendError(chosen);
    }
    const BodyForm form = AcceptedForm(request.http.accept, BodyForm::kJson);
    if (form == BodyForm::kJson) return SendPieces(request, *file);
    if (file->pieces.size() > 1) {
      return request.SendError(
          UsageError(fmt::format("the file holds {} pieces", file->pieces.size()),
                     "Choose one by tune=NUMBER. " + PieceList(NamesIn(*file))));
    }
    SendPiece(request, std::move(file->pieces[0]), form);
  }

  std::string Paths() const override {
    return R"json({
"/v1/convert": {"post": {
  "summary": "Music of any form in another one: as NoteSequences in JSON, or what Accept names",
  "parameters": [
    {"name": "name", "in": "query", "schema": {"type": "string"}, "description": "The file's name: a title where it has none, and its format where the bytes don't tell"},
    {"name": "tune", "in": "query", "schema": {"type": "string"}, "description": "Of a book of tunes the one of this number (X:, else its place) or title"}],
  "requestBody": {"required": true, "content": {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary", "description": "A file of MIDI, MusicXML, ABC or drum grids, packed by gzip or not; the bytes tell"}},
    "application/json": {"schema": {"type": "object", "description": "A NoteSequence"}},
    "application/x-protobuf": {"schema": {"type": "string", "format": "binary", "description": "A NoteSequence"}}}},
  "responses": {
    "200": {"description": "The pieces; in all forms but JSON the one piece, with headers magenta-note", "content": {
      "application/json": {"schema": {"type": "object", "properties": {
        "pieces": {"type": "array", "items": {"type": "object", "properties": {"title": {"type": "string"}, "sequence": {"type": "object", "description": "A NoteSequence"}, "remarks": {"type": "array", "items": {"type": "string"}}}}},
        "leftOut": {"type": "array", "description": "Tunes of a book that can't be read", "items": {"type": "object", "properties": {"title": {"type": "string"}, "why": {"type": "string"}}}}}}},
      "audio/midi": {"schema": {"type": "string", "format": "binary"}},
      "application/vnd.recordare.musicxml+xml": {"schema": {"type": "string"}},
      "text/vnd.abc": {"schema": {"type": "string"}},
      "audio/wav": {"schema": {"type": "string", "format": "binary", "description": "Where magenta-live is built, as pictures are"}},
      "image/svg+xml": {"schema": {"type": "string"}},
      "image/png": {"schema": {"type": "string", "format": "binary"}},
      "application/x-protobuf": {"schema": {"type": "string", "format": "binary"}}}},
    "default": {"$ref": "#/components/responses/Error"}}}}
})json";
  }

 private:
  absl::StatusOr<ConvertedFile> Read(const StudioRequest& request) const {
    const std::string_view body = request.http.body;
    if (body.empty()) return UsageError("the body is empty", kTakes);
    const auto named = request.target.query.find("name");
    const std::string name = named == request.target.query.end() ? "" : named->second;
    if (WithoutBlanks(body).starts_with('{')) {
      return ReadSequence(body, MessageForm::kJson, StemOf(name));
    }
    auto format = MusicFormatOfBytes(body);
    const bool is_protobuf = request.http.content_type.find("protobuf") != std::string::npos;
    if (!format.has_value() && is_protobuf) {
      return ReadSequence(body, MessageForm::kBinary, StemOf(name));
    }
    if (!format.has_value()) format = MusicFormatOfName(name);
    if (!format.has_value()) {
      const std::string foreign = ForeignKind(body);
      return UsageError(foreign.empty() ? "the file is no music that can be read"
                                        : fmt::format("the file is {}, no music", foreign),
                        kTakes);
    }
    return ReadFileOfMusic(body, format, StemOf(name));
  }

  absl::StatusOr<ConvertedFile> ReadSequence(std::string_view body, MessageForm form,
                                             const std::string& stem) const {
    ConvertedFile file;
    ConvertedPiece& piece = file.pieces.emplace_back();
    MAGENTA_RETURN_IF_ERROR(ParseMessageAs(body, form, piece.sequence));
    MAGENTA_RETURN_IF_ERROR(CheckSequence(piece.sequence, limits_));
    MAGENTA_RETURN_IF_ERROR(MakeWhole(piece.sequence));
    piece.title = TitleOf(piece.sequence, stem);
    return file;
  }

  absl::StatusOr<ConvertedFile> ReadFileOfMusic(std::string_view body,
                                                std::optional<MusicFormat> format,
                                                const std::string& stem) const {
    MusicReadOptions options;
    options.format = format;
    options.limits = limits_;
    MAGENTA_ASSIGN_OR_RETURN(MusicReading reading, ReadMusicBytes(body, options));
    MAGENTA_RETURN_IF_ERROR(FirstFailure(reading));
    ConvertedFile file;
    for (MusicPiece& read : reading.pieces) {
      if (!read.status.ok()) {
        file.left_out.emplace_back(TitleOf(read.sequence, stem), ErrorMessage(read.status));
        continue;
      }
      ConvertedPiece& piece = file.pieces.emplace_back();
      piece.remarks = std::move(read.warnings);
      if (read.warnings_left_out > 0) {
        piece.remarks.push_back(fmt::format("{} more of this kind", read.warnings_left_out));
      }
      piece.sequence = WholePiece(std::move(read));
      piece.title = TitleOf(piece.sequence, stem);
    }
    return file;
  }

  static std::string TitleOf(const NoteSequence& sequence, const std::string& stem) {
    const std::string& title = sequence.sequence_metadata().title();
    return title.empty() ? stem : title;
  }

  /// What the pieces are chosen by.
  static std::vector<PieceName> NamesIn(const ConvertedFile& file) {
    std::vector<const NoteSequence*> all;
    for (const ConvertedPiece& piece : file.pieces) all.push_back(&piece.sequence);
    return NamesOf(all);
  }

  /// Leaves the piece that `tune` means alone in `file`.
  static absl::Status Choose(std::string tune, ConvertedFile& file) {
    tune = ToUtf8(tune);
    MAGENTA_ASSIGN_OR_RETURN(const size_t chosen, ChoosePiece(NamesIn(file), "tune", tune));
    ConvertedPiece piece = std::move(file.pieces[chosen]);
    file.pieces.clear();
    file.pieces.push_back(std::move(piece));
    return absl::OkStatus();
  }

  /// Counts what an answer takes until it was taken.
  absl::Status Hold(const StudioRequest& request, size_t bytes) const {
    auto& held = parts_.service.metrics().held_bytes;
    request.ticket->Hold(held, static_cast<int64_t>(bytes));
    if (held <= parts_.service.options().max_held_bytes) return absl::OkStatus();
    request.ticket->Free();
    return BusyError("the answers in progress are too large together");
  }

  void SendPieces(const StudioRequest& request, const ConvertedFile& file) const {
    std::string json = "{\"pieces\":[";
    for (const ConvertedPiece& piece : file.pieces) {
      auto sequence = FormatMessage(piece.sequence, MessageForm::kJson);
      if (!sequence.ok()) return request.SendError(AsArgument(sequence.status()));
      json += json.ends_with('[') ? "\n" : ",\n";
      json += fmt::format("{{\"title\":{},\"remarks\":{},\"sequence\":{}}}", JsonText(piece.title),
                          JsonText(piece.remarks), WithoutEnd(*sequence));
    }
    nlohmann::json left_out = nlohmann::json::array();
    for (const auto& [title, why] : file.left_out) {
      left_out.push_back({{"title", title}, {"why", why}});
    }
    json += "],\"leftOut\":" + JsonText(left_out) + "}";
    const absl::Status held = Hold(request, json.size());
    if (!held.ok()) return request.SendError(held);
    request.SendJson(std::move(json));
  }

  static std::string_view WithoutEnd(std::string_view line) {
    return line.substr(0, line.find_last_not_of('\n') + 1);
  }

  void SendPiece(const StudioRequest& request, ConvertedPiece piece, BodyForm form) const {
    HttpResponse head;
    head.content_type = ContentTypeOf(form);
    head.headers = {{"Cache-Control", "no-store"}};
    if (const auto format = RenderFormatOf(form)) {
      AddNoteHeaders(piece.remarks, head);
      return SendRendered(request, std::move(piece.sequence), *format, std::move(head));
    }
    auto bytes = Written(piece, form);
    if (!bytes.ok()) return request.SendError(AsArgument(bytes.status()));
    AddNoteHeaders(piece.remarks, head);
    const absl::Status held = Hold(request, bytes->size());
    if (!held.ok()) return request.SendError(held);
    head.body = *std::move(bytes);
    request.Send(std::move(head));
  }

  static absl::StatusOr<std::string> Written(ConvertedPiece& piece, BodyForm form) {
    switch (form) {
      case BodyForm::kMidi: return WriteMidi(piece.sequence);
      case BodyForm::kMusicXml: return WriteMusicXml(piece.sequence, &piece.remarks);
      case BodyForm::kAbc: return WriteAbc(piece.sequence, &piece.remarks);
      case BodyForm::kText: return FormatMessage(piece.sequence, MessageForm::kText);
      default: return FormatMessage(piece.sequence, MessageForm::kBinary);
    }
  }

  void SendRendered(const StudioRequest& request, NoteSequence music, RenderFormat format,
                    HttpResponse head) const {
    Renderer& renderer = parts_.service.renderer();
    if (!renderer.available()) {
      return request.SendError(
          WithRemedy(absl::UnimplementedError("this server makes no sound or pictures"),
                     parts_.options.remedy),
          501);
    }
    if (music.notes().empty()) {
      return request.SendError(UsageError("there is no note to sound or draw", "Write some"));
    }
    const auto told = [reply = request.reply,
                       head = std::move(head)](absl::StatusOr<std::string> bytes) {
      if (!bytes.ok()) return reply->Send(ErrorResponse(bytes.status()));
      HttpResponse response = head;
      response.body = *std::move(bytes);
      reply->Send(std::move(response));
    };
    renderer.Submit(std::move(music), format, request.ticket, told);
  }

  const StudioParts parts_;
  const PieceLimits limits_;
};

}  // namespace

std::unique_ptr<StudioRoute> NewConvertRoute(const StudioParts& parts) {
  return std::make_unique<ConvertRoute>(parts);
}

}  // namespace magenta
