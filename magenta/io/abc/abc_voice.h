#pragma once
// One voice of an ABC tune: notes laid one after another in score time.
//
// What stands before a note changes it (accidentals, tuplets, chords), what stands after it changes
// it again (broken rhythm, ties): the voice keeps just what is needed for both.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "magenta/io/abc/abc_fields.h"
#include "magenta/io/score/score_time.h"

namespace magenta {

/// A note on the staff.
struct AbcPitch {
  int letter = 0;               ///< 0 to 6: C to B
  int octave = 0;               ///< 0: the octave of C (middle C, MIDI 60)
  bool has_accidental = false;  ///< `accidental` was written
  int accidental = 0;           ///< semitones
};

/// A sounding note; times in score units.
struct AbcNote {
  int8_t pitch;
  int8_t program;
  bool is_drum;
  int64_t start;
  int64_t end;
};

/// The state of a voice and what it has played.
class AbcVoice {
 public:
  /// `id` is what V: calls it; "" for the only voice of a tune without V:.
  explicit AbcVoice(std::string id) : id_(std::move(id)) {}

  const std::string& id() const { return id_; }
  const std::string& name() const { return name_; }
  /// In the order in which they were written; places in score units (score_time.h).
  const std::vector<AbcNote>& notes() const { return notes_; }
  /// Where the next note begins, in score units.
  int64_t position() const { return position_; }
  /// L:, as a part of a whole note.
  ScoreFraction unit() const { return unit_; }
  AbcMeter meter() const { return meter_; }

  void set_id(std::string id) { id_ = std::move(id); }
  /// Whether neither a note nor a rest was added.
  bool silent() const { return notes_.empty() && position_ == 0; }
  void set_unit(ScoreFraction unit) { unit_ = unit; }
  void set_meter(AbcMeter meter) { meter_ = meter; }
  /// The accidentals of the bar so far end with the old key.
  void SetKey(const AbcKey& key);
  /// Clef, octave=, transpose= and name= of V: or of a K: within the tune; what is not named stays.
  void Apply(const AbcVoiceProperties& properties);
  /// Those of the header's K:, which V: goes before.
  void ApplyBelow(const AbcVoiceProperties& properties);
  /// General MIDI's instrument of the notes to come, 0 to 127.
  void set_program(int program) { program_ = static_cast<int8_t>(program); }
  /// Whether the notes to come are drums.
  void set_drum(bool is_drum) { is_drum_ = is_drum; }

  /// Notes that sound together, each `lengths[i]` times the unit note length; the voice moves on by
  /// the first one's. Returns the number of pitches outside 0 to 127, which are left out.
  int AddNotes(const std::vector<AbcPitch>& pitches, const std::vector<ScoreFraction>& lengths);
  /// A rest of `length` times the unit note length.
  void AddRest(ScoreFraction length);
  /// A rest of whole measures.
  void AddMeasureRest(int measures);
  /// Ties the notes of the last chord for which `which` is set (all when empty) to the next ones.
  void Tie(const std::vector<bool>& which);
  /// '>' (steps > 0) or '<' (steps < 0) between the last note and the next one (ABC 2.1, 4.4): one
  /// of the two is dotted so many times (3/2, 7/4, 15/8), the other halved so often (1/2, 1/4,
  /// 1/8). Nothing while an earlier sign waits for its second note.
  void Break(int steps);
  /// Whether the last two notes that a sign stood between were of different lengths, for which the
  /// standard has no rule (each is dotted or halved). Asking forgets it.
  bool TakeUnevenBreak() { return std::exchange(uneven_break_, false); }
  /// The next `count` notes take `by` times their length.
  void StartTuplet(ScoreFraction by, int count);
  /// A bar line: accidentals end, and so does a voice overlay.
  void Bar();
  /// Whether nothing was played since the last bar line.
  bool AtBar() const { return position_ == bar_start_; }
  /// '&': what follows sounds together with this measure.
  void Overlay();
  /// No tie reaches over this place: the start of a section.
  void CutTies();

 private:
  struct Tied {
    size_t note;
    int letter;
    int octave;
  };

  int64_t Length(ScoreFraction by) const;
  int Sounding(const AbcPitch& pitch, const Tied* tied);
  const Tied* FindTied(const AbcPitch& pitch) const;
  /// The length of the next note, with tuplet and broken rhythm, both used up by it.
  int64_t TakeModifiers(int64_t length, ScoreFraction* by);
  void ChangeLayer(size_t layer);
  void MoveOn(int64_t length);

  std::string id_;
  std::string name_;
  std::vector<AbcNote> notes_;
  int64_t position_ = 0;
  int64_t bar_start_ = 0;
  int64_t overlay_end_ = 0;
  ScoreFraction unit_{1, 8};
  AbcMeter meter_;
  AbcAccidentals key_{};
  std::map<int, int> bar_accidentals_;  // by letter, in every octave
  std::optional<int> octave_shift_;
  std::optional<int> clef_shift_;
  std::optional<int> transpose_;
  int8_t program_ = 0;
  bool is_drum_ = false;

  std::vector<size_t> last_notes_;  // indices of the notes of the last chord
  std::vector<AbcPitch> last_pitches_;
  int64_t last_length_ = 0;
  int64_t broken_length_ = 0;  // of the note before a '>', as it was without it
  bool uneven_break_ = false;
  std::vector<Tied> tied_;
  std::vector<std::vector<Tied>>
      tied_in_layers_;  // of the bar's overlays, where they are not at hand
  size_t layer_ = 0;
  ScoreFraction broken_{1, 1};  // what a '>' leaves to the next note
  ScoreFraction tuplet_{1, 1};
  int tuplet_left_ = 0;
};

}  // namespace magenta
