#include "magenta/pipeline/music_file.h"

#include <fmt/core.h>

#include <map>
#include <utility>

#include "magenta/base/files.h"
#include "magenta/base/sha1.h"
#include "magenta/base/status.h"
#include "magenta/io/abc/abc.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/musicxml/musicxml.h"
#include "magenta/pipeline/input_files.h"

namespace magenta {
namespace {

void NameSequence(const MusicFileName& name, const char* format, const std::string& hashed,
                  NoteSequence& sequence) {
  const std::string collection = ValidUtf8(name.collection);
  sequence.set_id(fmt::format("/id/{}/{}/{}", format, collection, Sha1Hex(hashed)));
  sequence.set_filename(ValidUtf8(name.filename));
  sequence.set_collection_name(collection);
}

/// What a failing reader said, without the exit status that it would mean alone.
void SetBroken(const absl::Status& status, std::string reason, FileOutcome& outcome) {
  outcome.reason = std::move(reason);
  outcome.detail = std::string(status.message());
}

std::vector<std::string> WarningTexts(const std::vector<ScoreWarning>& left_out) {
  std::vector<std::string> texts;
  texts.reserve(left_out.size());
  for (const ScoreWarning& warning : left_out) texts.push_back(WarningLine(warning));
  return texts;
}

void TakeMidi(const MusicFileName& name, std::string_view bytes, NoteSequence memory,
              MusicFileReading& out) {
  absl::StatusOr<MidiReading> reading = ReadMidi(bytes, std::move(memory));
  if (!reading.ok()) return SetBroken(reading.status(), "broken_midi", out.outcome);
  for (const MidiWarning& warning : reading->warnings) {
    out.outcome.warnings.push_back(WarningLine(warning));
  }
  if (reading->warnings_left_out > 0) {
    out.outcome.warnings.push_back(fmt::format("{} more", reading->warnings_left_out));
  }
  NameSequence(name, "midi", name.filename, reading->sequence);
  out.sequences.push_back(std::move(reading->sequence));
}

void TakeMusicXml(const MusicFileName& name, std::string_view bytes, MusicFileReading& out) {
  absl::StatusOr<MusicXmlReading> reading = ReadMusicXml(bytes);
  if (!reading.ok()) return SetBroken(reading.status(), "broken_musicxml", out.outcome);
  out.outcome.warnings = WarningTexts(reading->left_out);
  NameSequence(name, "musicxml", name.filename, reading->sequence);
  out.sequences.push_back(std::move(reading->sequence));
}

/// A book's tunes stand in the report as its tracks, so that a broken one is seen and counted.
void TakeAbc(const MusicFileName& name, std::string_view bytes, MusicFileReading& out) {
  absl::StatusOr<std::vector<AbcTune>> tunes = ReadAbc(bytes);
  if (!tunes.ok()) return SetBroken(tunes.status(), "broken_abc", out.outcome);
  std::map<int64_t, int> seen;  // tunes of each X:
  for (size_t i = 0; i < tunes->size(); ++i) {
    AbcTune& tune = (*tunes)[i];
    const int64_t number = tune.sequence.reference_number();
    TrackReport& report = out.outcome.tracks.emplace_back();
    report.part = static_cast<int>(i);
    report.name = tune.sequence.sequence_metadata().title();
    report.kept = tune.status.ok();
    report.outcome = report.kept ? "kept" : "broken_tune";
    report.reason = std::string(tune.status.message());
    if (!report.kept) continue;
    for (std::string& text : WarningTexts(tune.left_out)) {
      out.outcome.warnings.push_back(fmt::format("tune {}, {}", number, text));
    }
    const int nth = ++seen[number];
    NameSequence(
        name, "abc",
        fmt::format("{}_{}{}", name.filename, number, nth > 1 ? fmt::format("_{}", nth) : ""),
        tune.sequence);
    out.sequences.push_back(std::move(tune.sequence));
  }
  if (out.sequences.empty()) SetBroken((*tunes)[0].status, "broken_abc", out.outcome);
}

void TakeBytes(const MusicFileName& name, MusicFileKind kind, std::string_view bytes,
               NoteSequence memory, MusicFileReading& out) {
  if (bytes.empty()) {
    out.outcome.reason = "empty_file";
    out.outcome.detail = "0 bytes";
    return;
  }
  switch (kind) {
    case MusicFileKind::kMidi: return TakeMidi(name, bytes, std::move(memory), out);
    case MusicFileKind::kAbc: return TakeAbc(name, bytes, out);
    case MusicFileKind::kMusicXml: return TakeMusicXml(name, bytes, out);
    case MusicFileKind::kOther: return;
  }
}

}  // namespace

std::string CollectionNameOf(const std::string& folder) {
  size_t end = folder.size();
  while (end > 0 && folder[end - 1] == '/') --end;
  const size_t slash = folder.rfind('/', end == 0 ? 0 : end - 1);
  const size_t begin = slash == std::string::npos ? 0 : slash + 1;
  return begin >= end ? "" : folder.substr(begin, end - begin);
}

MusicFileReading ReadMusicFile(const MusicFileName& name, NoteSequence memory) {
  MusicFileReading out;
  out.outcome.file = name.filename;
  const MusicFileKind kind = MusicFileKindOf(name.filename);
  if (kind == MusicFileKind::kOther) {
    out.outcome.reason = "unknown_extension";
    out.outcome.detail = "not .mid, .midi, .kar, .rmi, .abc, .xml, .musicxml or .mxl";
    return out;
  }
  const absl::StatusOr<std::string> bytes = ReadFile(name.path, kMaxMusicFileBytes);
  if (bytes.ok()) {
    TakeBytes(name, kind, *bytes, std::move(memory), out);
  } else {
    SetBroken(bytes.status(), "unreadable", out.outcome);
  }
  out.outcome.outputs = static_cast<int64_t>(out.sequences.size());
  if (out.outcome.outputs > 0) out.outcome.reason = "kept";
  return out;
}

}  // namespace magenta
