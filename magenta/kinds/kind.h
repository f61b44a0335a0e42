#pragma once
// One kind of music as events: how examples for training are found in a sequence, how a primer is
// read, and how events become notes again. Melodies are one kind, drums and lead sheets are others.
// A codec then says how the kind's events meet a network.

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/counters.h"
#include "magenta/music.pb.h"
#include "magenta/music/event.h"
#include "magenta/music/quantize.h"

namespace magenta {

/// What a kind and what comes of it are called.
struct KindNames {
  std::string_view one;        // "melody"
  std::string_view many;       // "melodies"
  std::string_view files;      // "melodies": of training_melodies.tfrecord
  std::string_view extractor;  // "MelodyExtractor": of the reference's counters
};

/// Something that decides what counts as an example: a flag of `dataset`.
struct ExampleOption {
  enum class Type { kBool, kInt, kDouble };
  std::string_view name;  // "min_bars"
  Type type = Type::kInt;
  double otherwise = 0;  // where nobody says; of a bool 0 or 1
  double low = 0;
  double high = 1;
  std::string_view help;  // one sentence
};

/// What was said about a kind's ExampleOptions, by their names.
class ExampleOptions {
 public:
  void Set(std::string_view name, double value) {
    values_.insert_or_assign(std::string(name), value);
  }
  /// The value of `option`: what was set, else its default.
  double ValueOf(const ExampleOption& option) const {
    const auto found = values_.find(option.name);
    return found == values_.end() ? option.otherwise : found->second;
  }
  /// Everything that was set.
  const std::map<std::string, double, std::less<>>& values() const { return values_; }

 private:
  std::map<std::string, double, std::less<>> values_;
};

/// One line of the discard report.
struct TrackReport {
  int part = 0;  // of the split sequence
  int instrument = 0;
  std::string name;
  int64_t start_step = 0;  // within the part
  bool kept = false;
  std::string outcome;  // "kept", "too_short", ...: what reports count
  std::string reason;   // one sentence with the figures: "5 bars, fewer than 7"
  std::string flag;     // the flag that would keep it, "" when none would
};

/// What one sequence gives to learn from, and what became of the rest.
struct Examples {
  std::vector<EventSequence> sequences;  // ready for the codec
  std::vector<int> transpositions;       // semitones applied to each
  std::vector<TrackReport> tracks;
  Counters counters;  // Magenta's names
};

/// What stands from a step on, in words: a chord symbol.
struct ControlText {
  int64_t step = 0;  // as Primer::start_step counts
  std::string text;
};

/// What a model continues.
struct Primer {
  /// Ready for the codec (squashed). Control, if any, goes on up to the end of the section.
  EventSequence events;
  int64_t start_step = 0;          // of the first event
  int transpose = 0;               // semitones that were added; Render takes them away
  Grid grid;                       // that the events stand on
  std::optional<int> instrument;   // of the input, that plays it; none where there is nothing
  std::vector<std::string> notes;  // what was done to it, for the user: "3 chords: highest kept"
  std::vector<Event> played;       // the events as they were before they were squashed
  std::vector<ControlText> texts;  // the control in words, where it changes: Render writes them
  /// Of performances: General MIDI program, and whether the notes are drums.
  int program = 0;
  bool is_drum = false;
  /// Of events that may last beyond the end of the section: that end, where Render cuts them.
  std::optional<int64_t> end_step;
  /// Of drums: the MIDI pitches that were struck, by step of the grid, where events say types
  /// alone. Render plays them.
  std::map<int64_t, std::vector<int>> struck;
  /// Of music that is made beneath its primer: what is given at the beginning of each step of the
  /// section, before more is drawn to it. Events that last no time.
  std::vector<std::vector<Event>> beneath;
  /// With reference_windows, where events last no time: how many are drawn for each step that is
  /// left, in rounds, until there are steps enough; 0: events are drawn up to the section's end.
  double round_events = 0;
};

/// Where a primer is looked for and where it must end, in steps of the grid.
struct PrimerRequest {
  int64_t search_start_step = 0;
  int64_t generate_start_step = 0;  // the primer is brought to this length
  /// docs/rules.md section 5's windows: forced rest, note cut at the start of the section.
  bool reference_windows = false;
  /// Whether the input's other instruments are heard beside what is generated: for the notes to the
  /// user alone.
  bool others_stay = false;
  /// The major key (0..11) that the primer is taken to be in, where the kind moves primers to a key
  /// of its own; nothing: it is found in the notes.
  std::optional<int> key = std::nullopt;
  /// Up to where control is read, if that is later than generate_start_step.
  int64_t section_end_step = 0;
  /// Where a kind that reads control begins at the latest, in silence if need be: control is read
  /// by position from there.
  int64_t latest_start_step = std::numeric_limits<int64_t>::max();
  /// Of kinds that begin_alone(): whether the primer is heard before the section, or the music
  /// begins anew there; and then whether it is given again beneath it (Primer::beneath).
  bool condition_on_primer = true;
  bool inject_primer = false;
};

/// What a model goes on from where nobody gave anything.
struct DefaultPrimer {
  NoteSequence sequence;  // one step long, or without notes
  std::string name;       // "middle C"
};

/// How primers of a kind are typed, in words of a command line.
struct PrimerTyping {
  /// "primer_melody"; "": they can't be typed. Kinds that are typed alike share it.
  std::string_view flag = {};
  std::string_view holds = {};     // "a melody": what a file must hold to be one
  std::string_view shortest = {};  // the default primer, typed: "[60]"
  std::string_view example = {};   // "[60, -2, 62, -1]"
  std::string_view help = {};      // what may be typed, in sentences
};

/// A primer that was typed.
struct TypedPrimer {
  NoteSequence sequence;
  /// Steps of the grid, silent ones at the end counted; nothing: it is a piece with bars, which
  /// says itself where it ends.
  std::optional<int64_t> steps;
  std::vector<std::string> notes;  // for the user
};

/// A note that begins or ends.
struct NoteChange {
  bool begins = false;
  /// Steps of the grid after the first event.
  int64_t step = 0;
  /// MIDI pitch.
  int pitch = 0;
  /// MIDI velocity of a beginning; 0: the events don't say.
  int velocity = 0;
  bool is_drum = false;
};

/// Turns events into notes, one after another: constant work an event, in a file, a stream and live
/// alike. Not thread-safe.
class NoteRenderer {
 public:
  virtual ~NoteRenderer() = default;
  /// `event` follows: appends what begins or ends with it, ends first.
  virtual void Add(Event event, std::vector<NoteChange>& changes) = 0;
  /// The events end here: appends the ends of notes that are open.
  virtual void Finish(std::vector<NoteChange>& changes) = 0;
  /// The step on which the next event stands.
  virtual int64_t step() const = 0;
  /// Which voice the next event is for, from 1 on (a sheet's, from high to low); 0: none, time goes
  /// on with it, or voices are not told apart.
  virtual int voice() const { return 0; }
};

/// Immutable, thread-safe.
class MusicKind {
 public:
  virtual ~MusicKind() = default;

  virtual KindNames names() const = 0;

  /// What decides which examples ExtractExamples finds, in the order of help texts.
  virtual std::span<const ExampleOption> example_options() const = 0;

  /// Steps of the grid that `event` lasts: 1 for melodies and drums, 0 or more where time itself is
  /// an event.
  virtual int StepsOf(Event /*event*/) const { return 1; }

  /// What `event` is where only `steps` of the grid are left, fewer than it lasts. (A shift of time
  /// becomes a shorter one.)
  virtual Event CutTo(Event event, int64_t /*steps*/) const { return event; }

  /// What its examples hold, as text: models of equal texts can be measured on each other's
  /// examples. "": like no other's.
  virtual std::string Events() const { return ""; }

  /// Whether it hears bars: music that it learns from is then one piece beat for beat, whatever its
  /// tempo, cut where the meter really changes, and each part begins on a bar line. Else it is cut
  /// wherever tempo or meter change (music/split.h).
  virtual bool HearsBars() const { return false; }

  /// Whether it hears music as it was played, in seconds: music that it learns from is then heard
  /// with its pedals, at several speeds, and cut each half minute, whatever its meter.
  virtual bool HearsSeconds() const { return false; }

  /// Every example in `sequence`, in the reference's order. What is left out has a line in tracks.
  virtual Examples ExtractExamples(const QuantizedSequence& sequence,
                                   const ExampleOptions& options) const = 0;

  /// `example` as training hears it one time: in another key say, or with another control, shorter
  /// or longer. A pure function of both, drawn by `key`; at least two events, all of which the
  /// model's codec accepts beside the control. Asked at each step of training anew; what is
  /// measured is the example itself. Must be cheap.
  virtual EventSequence Varied(const EventSequence& example, uint64_t /*key*/) const {
    return example;
  }

  /// Whether notes of velocity 0 are left out of examples.
  virtual bool LeavesOutSilentNotes() const { return false; }

  /// Errors (exit 3 or 2): primer after the section, two instruments with notes, ... with the time.
  virtual absl::StatusOr<Primer> ReadPrimer(const QuantizedSequence& input,
                                            const PrimerRequest& request) const = 0;

  /// At `qpm`, on `grid`.
  virtual DefaultPrimer MakeDefaultPrimer(double qpm, Grid grid) const = 0;

  virtual PrimerTyping primer_typing() const { return {}; }
  /// `text`, which was typed, at `qpm` unless it says a tempo itself. Errors (exit 2) name the
  /// flag, the place and the remedy; without typing there is nothing else.
  virtual absl::StatusOr<TypedPrimer> ParsePrimer(const std::string& text, double qpm,
                                                  Grid grid) const;
  /// Another way of typing them, for whoever does not use the first; and what was typed so.
  virtual PrimerTyping other_typing() const { return {}; }
  virtual absl::StatusOr<TypedPrimer> ParseOtherPrimer(const std::string& text, double qpm,
                                                       Grid grid) const {
    return ParsePrimer(text, qpm, grid);
  }

  /// `event` for people to read: "C4", "BD+CH"; "-" where nothing happens.
  virtual std::string EventText(Event event) const;
  /// `events` as a list that JSON and ParsePrimer read.
  virtual std::string ListText(std::span<const Event> events) const;

  /// What stands for the given event `given` right after a section that was generated: `heard` is
  /// all before it. (A melody ends a note that would sound into a given rest.)
  virtual Event Resume(std::span<const Event> /*heard*/, Event given) const { return given; }

  /// Whether `event` ends what sounds and begins nothing.
  virtual bool IsRest(Event /*event*/) const { return false; }

  /// Whether the input's chord symbols condition it.
  virtual bool ReadsChords() const { return false; }

  /// Whether primers are moved to a key of the model's: what PrimerRequest::key is for.
  virtual bool MovesToKey() const { return false; }

  /// Whether its music is of several parts, drawn under a Sheet (music/score/sheet.h) that stands
  /// as their control, of kTicksPerQuarter steps a quarter: what requests mean is then
  /// request/parts/parts_plan.h's to say, and neither ReadPrimer nor MakeDefaultPrimer is asked.
  virtual bool plays_parts() const { return false; }

  /// Whether its music has an event of its own to begin with, so that it needs no primer: none is
  /// given where nobody gives one, and one that is given may be left unheard
  /// (PrimerRequest::condition_on_primer).
  virtual bool begins_alone() const { return false; }

  /// Whether every note of the continued instruments is heard, rather than one at a time.
  virtual bool plays_chords() const { return false; }

  /// Whether its events say what sounds on a step, rather than what begins there: of what goes on
  /// from the music before nobody then hears whether it begins anew.
  virtual bool says_what_sounds() const { return false; }

  /// Semitones by which examples are moved in data sets where nobody says others.
  virtual std::vector<int> transpositions() const { return {0}; }

  /// Whether its events say how loud notes are.
  virtual bool plays_velocities() const { return false; }

  /// Whether its notes are drums: on MIDI's channel 10, and beside a song's other instruments.
  virtual bool plays_drums() const { return false; }

  /// The MIDI pitch (0..127), as it will sound, of the note that `event` begins after a primer that
  /// was moved by `transpose` semitones (Primer::transpose); nothing where it begins none of a
  /// pitch of its own. What --pitch_temperature chooses among, and what --key, --scale, --min_pitch
  /// and --max_pitch allow or forbid.
  virtual std::optional<int> PitchOf(Event /*event*/, int /*transpose*/) const {
    return std::nullopt;
  }
  bool IsPitch(Event event) const { return PitchOf(event, 0).has_value(); }

  /// For events that follow one another from the first of `primer`, or, with `after_primer`, from
  /// the one after its last.
  virtual std::unique_ptr<NoteRenderer> NewRenderer(const Primer& primer,
                                                    bool after_primer) const = 0;

  /// `events` (the primer's and what was generated) as notes at `qpm`, in order of their
  /// beginnings; those that end on the step where they begin are left out. total_time is the
  /// latest end.
  virtual NoteSequence Render(const EventSequence& events, const Primer& primer, double qpm) const;
};

}  // namespace magenta
