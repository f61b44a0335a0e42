#pragma once
// From score time to a NoteSequence: both score readers put what they find here, in any order.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "magenta/io/score/play_order.h"
#include "magenta/io/score/score_form.h"
#include "magenta/io/score/score_time.h"
#include "magenta/io/score/warning.h"
#include "magenta/music.pb.h"

namespace magenta {

/// A note in score units.
struct ScoreNote {
  /// MIDI, 0..127, as it sounds.
  int pitch = 0;
  int velocity = 0;
  /// Score units (score_time.h); end > start.
  int64_t start = 0;
  int64_t end = 0;
  int instrument = 0;
  int program = 0;
  bool is_drum = false;
  /// Of the score: a part is a staff or a V:, a voice one of those that share it.
  int part = 0;
  int voice = 0;
};

/// Collects notes and signs at places in score units; Finish() turns places into seconds.
class ScoreBuilder {
 public:
  /// For metadata and source_info; notes and signs come by the functions below.
  NoteSequence& sequence() { return sequence_; }
  /// What was left out, in the order in which it was met.
  const std::vector<ScoreWarning>& reports() const { return reports_; }

  /// Notes keep the order in which they are added.
  void AddNote(const ScoreNote& note);
  /// Whether there is a note or a chord symbol.
  bool has_music() const { return !notes_.empty() || !chords_.empty(); }
  /// Keys and meters that say the same at the same place are kept once; of tempos the last one.
  void AddKey(int64_t position, NoteSequence::KeySignature::Key key,
              NoteSequence::KeySignature::Mode mode);
  /// Both positive.
  void AddMeter(int64_t position, int numerator, int denominator);
  /// `qpm` is positive.
  void AddTempo(int64_t position, double qpm);
  /// "Am7", as a text annotation of its kind.
  void AddChordSymbol(int64_t position, std::string text);
  /// A name for part_infos.
  void AddPart(int part, std::string name);
  /// Positions must not fall (score_form.h).
  void AddMark(FormMark mark) { marks_.push_back(std::move(mark)); }
  /// A sign of an engraved score (play_order.h), in any order. A score has these or marks.
  void AddSign(PlaySign sign) { signs_.push_back(std::move(sign)); }
  /// Where bars begin, ascending, for a warning that names those that are never played.
  void SetBars(std::vector<int64_t> starts) { bars_ = std::move(starts); }
  /// One entry a text, which counts how often it came; at most 64 of them.
  void Report(int line, const std::string& text);
  /// Counts a text that was reported before; false for a new one.
  bool ReportAgain(const std::string& text);

  /// Seconds, sections and total_time for a score that ends at `end` units. At 120 quarters a
  /// minute where no tempo was added.
  void Finish(int64_t end, std::string_view part_order);

 private:
  struct TempoMark {
    int64_t position;
    double qpm;
    double seconds;
  };
  double Seconds(int64_t position) const;
  void PlaceTempos();
  void PlaceNotes();
  void PlaceSections(int64_t end, std::string_view part_order);
  void ReportUnplayed(const ScoreForm& form, int64_t end);

  NoteSequence sequence_;
  std::vector<ScoreWarning> reports_;
  std::map<std::string, size_t> reported_;  // by text, its place in reports_
  std::vector<ScoreNote> notes_;
  std::vector<TempoMark> tempos_;
  std::vector<std::pair<int64_t, NoteSequence::KeySignature>> keys_;
  std::vector<std::pair<int64_t, NoteSequence::TimeSignature>> meters_;
  std::vector<std::pair<int64_t, std::string>> chords_;
  std::vector<FormMark> marks_;
  std::vector<PlaySign> signs_;
  std::vector<int64_t> bars_;
};

}  // namespace magenta
