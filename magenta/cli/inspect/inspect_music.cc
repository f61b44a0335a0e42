#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "magenta/base/utf8.h"
#include "magenta/cli/inspect/inspect.h"
#include "magenta/cli/terminal/output.h"
#include "magenta/io/drums/drum_names.h"
#include "magenta/music/extract_melodies.h"
#include "magenta/music/harmony/chord_text.h"
#include "magenta/music/key.h"
#include "magenta/music/parts.h"
#include "magenta/music/quantize.h"
#include "magenta/music/score/voices.h"
#include "magenta/music/split.h"

namespace magenta::cli {
namespace {

std::string Seconds(double value) { return fmt::format("{:.4f}", value); }

size_t ShownOf(size_t count, const InspectOptions& options) {
  return options.limit == 0 ? count : std::min<size_t>(count, options.limit);
}

std::string More(size_t count, size_t shown) {
  return shown < count ? fmt::format("  ... {} more (--limit=0 shows all)\n", count - shown) : "";
}

/// `key`: a major one, 0..11; -1: nobody says.
std::string NameOfPitch(int pitch, int key) {
  return pitch < 0 || pitch > 127 ? "?" : PitchText(pitch, key);
}

/// That of its signatures, if they are of one key.
int KeyOf(const NoteSequence& sequence) {
  return SignatureKeyBetween(sequence, 0, std::numeric_limits<double>::infinity());
}

void AddHead(const NoteSequence& sequence, const InspectOptions& options, Inspection& result) {
  result.text += fmt::format("  {} notes, {:.4f} s, {} ticks a quarter\n", sequence.notes_size(),
                             sequence.total_time(), sequence.ticks_per_quarter());
  // As of notes, JSON has all and the text the first ones.
  const auto list = [&](const auto& items, const char* name, const auto& add) {
    Json all = Json::Array();
    const auto count = static_cast<size_t>(items.size()), shown = ShownOf(count, options);
    for (size_t i = 0; i < count; ++i) {
      const std::string line = add(items[static_cast<int>(i)], all);
      if (i < shown) result.text += line;
    }
    result.text += More(count, shown);
    result.json.Set(name, all);
  };
  result.json.Set("id", sequence.id())
      .Set("filename", sequence.filename())
      .Set("total_time", sequence.total_time())
      .Set("ticks_per_quarter", sequence.ticks_per_quarter());
  list(sequence.tempos(), "tempos", [](const NoteSequence::Tempo& tempo, Json& all) {
    all.Add(Json::Array().Add(tempo.time()).Add(tempo.qpm()));
    return fmt::format("  tempo {:.6g} at {:.4f} s\n", tempo.qpm(), tempo.time());
  });
  list(sequence.time_signatures(), "time_signatures",
       [](const NoteSequence::TimeSignature& meter, Json& all) {
         all.Add(Json::Array().Add(meter.time()).Add(meter.numerator()).Add(meter.denominator()));
         return fmt::format("  meter {}/{} at {:.4f} s\n", meter.numerator(), meter.denominator(),
                            meter.time());
       });
  list(sequence.key_signatures(), "key_signatures",
       [](const NoteSequence::KeySignature& key, Json& all) {
         const int mode = static_cast<int>(key.mode());
         all.Add(Json::Array().Add(key.time()).Add(static_cast<int>(key.key())).Add(mode));
         const std::string tonic = NameOfPitch(static_cast<int>(key.key()) + 12, SignatureKey(key));
         return fmt::format("  key {} {} at {:.4f} s\n", tonic.substr(0, tonic.size() - 1),
                            NoteSequence::KeySignature::Mode_Name(key.mode()), key.time());
       });
  google::protobuf::RepeatedPtrField<NoteSequence::TextAnnotation> chords;
  for (const auto& text : sequence.text_annotations()) {
    if (text.annotation_type() == NoteSequence::TextAnnotation::CHORD_SYMBOL) *chords.Add() = text;
  }
  list(chords, "chords", [](const NoteSequence::TextAnnotation& chord, Json& all) {
    all.Add(Json::Array().Add(chord.time()).Add(ValidUtf8(chord.text())));
    return fmt::format("  chord {} at {:.4f} s\n", ValidUtf8(chord.text()), chord.time());
  });
  const std::vector<std::string> unreadable = UnreadableChords(sequence);
  for (const std::string& line : unreadable) result.text += "  note: " + ValidUtf8(line) + "\n";
  if (!unreadable.empty()) result.json.Set("unreadable_chords", Json::ArrayOf(unreadable));
}

void AddInstruments(const NoteSequence& sequence, Inspection& result) {
  struct Row {
    int notes = 0, low = 127, high = 0;
    std::set<int> programs;
    bool drums = false;
  };
  std::map<int, Row> rows;
  for (const auto& note : sequence.notes()) {
    Row& row = rows[note.instrument()];
    ++row.notes;
    row.low = std::min(row.low, note.pitch());
    row.high = std::max(row.high, note.pitch());
    row.programs.insert(note.program());
    row.drums |= note.is_drum();
  }
  std::map<int, std::string> names;
  for (const Part& part : PartsOf(sequence)) names[part.instrument] = part.name;
  const int key = KeyOf(sequence);
  TextTable table({"instrument", "notes", "lowest", "highest", "program", "name"});
  Json list = Json::Array();
  for (const auto& [instrument, row] : rows) {
    const auto name = [key, is_drum = row.drums](int pitch) {
      return is_drum ? DrumNameOf(pitch) : NameOfPitch(pitch, key);
    };
    table.Add({fmt::format("{}", instrument), fmt::format("{}", row.notes), name(row.low),
               name(row.high), row.drums ? "drums" : fmt::format("{}", *row.programs.begin()),
               names[instrument]});
    list.Add(Json::Object()
                 .Set("instrument", instrument)
                 .Set("notes", row.notes)
                 .Set("lowest", row.low)
                 .Set("highest", row.high)
                 .Set("is_drum", row.drums)
                 .Set("program", *row.programs.begin())
                 .Set("name", names[instrument]));
  }
  if (!rows.empty()) result.text += table.Text("  ");
  result.json.Set("instruments", list);
}

void AddNotes(const NoteSequence& sequence, const InspectOptions& options, Inspection& result) {
  TextTable table({"start s", "end s", "pitch", "name", "velocity", "program", "instrument"});
  Json list = Json::Array();
  const size_t count = sequence.notes_size(), shown = ShownOf(count, options);
  const int key = KeyOf(sequence);
  for (size_t i = 0; i < shown; ++i) {
    const auto& note = sequence.notes(static_cast<int>(i));
    table.Add({Seconds(note.start_time()), Seconds(note.end_time()),
               fmt::format("{}", note.pitch()),
               note.is_drum() ? DrumNameOf(note.pitch()) : NameOfPitch(note.pitch(), key),
               fmt::format("{}", note.velocity()), fmt::format("{}", note.program()),
               fmt::format("{}", note.instrument())});
  }
  for (const auto& note : sequence.notes()) {
    list.Add(Json::Array()
                 .Add(note.pitch())
                 .Add(note.velocity())
                 .Add(note.start_time())
                 .Add(note.end_time())
                 .Add(note.program())
                 .Add(note.is_drum())
                 .Add(note.instrument()));
  }
  if (count > 0) result.text += table.Text("  ") + More(count, shown);
  result.json.Set("notes", list);
}

void AddMelody(const ExtractedMelody& found, Json& list, Inspection& result) {
  const auto& events = found.melody.events();
  list.Add(Json::Object()
               .Set("instrument", found.instrument)
               .Set("start_step", found.melody.start_step())
               .Set("events", Json::ArrayOf(events)));
  result.text += fmt::format("  melody of instrument {}, {} steps from step {}:", found.instrument,
                             events.size(), found.melody.start_step());
  for (size_t i = 0; i < std::min<size_t>(events.size(), 16); ++i) {
    result.text += fmt::format(" {}", events[i]);
  }
  result.text += events.size() > 16 ? " ...\n" : "\n";
}

/// The melodies that a model would go on from or be scored on, part after part. What goes on for
/// longer than kMostSteps is cut there, and that is said: a few bytes of a file can ask for a
/// month.
void AddMelodies(const NoteSequence& sequence, Inspection& result) {
  constexpr int kMostSteps = 1 << 16;  // two hours at 120 quarters a minute
  Json list = Json::Array(), cut = Json::Array();
  MelodyExtractionOptions options = MelodyExtractionOptions::ForPrimer(0);
  options.max_steps = kMostSteps;
  for (const NoteSequence& part : SplitOnTimeChanges(sequence)) {
    const auto quantized = Quantize(part, Grid());
    if (!quantized.ok()) continue;
    const MelodyExtraction extraction = ExtractMelodies(*quantized, options);
    for (const ExtractedMelody& found : extraction.melodies) AddMelody(found, list, result);
    for (const MelodyTrack& track : extraction.tracks) {
      if (track.outcome != MelodyOutcome::kTruncated) continue;
      cut.Add(Json::Object().Set("instrument", track.instrument).Set("reason", track.reason));
      result.text += fmt::format("  melody of instrument {}: {}\n", track.instrument, track.reason);
    }
  }
  result.json.Set("melodies", list).Set("melodies_cut", cut);
}

}  // namespace

Inspection InspectSequence(const NoteSequence& sequence, const InspectOptions& options) {
  Inspection result;
  AddHead(sequence, options, result);
  AddInstruments(sequence, result);
  AddNotes(sequence, options, result);
  if (!sequence.has_quantization_info()) AddMelodies(sequence, result);
  return result;
}

}  // namespace magenta::cli
