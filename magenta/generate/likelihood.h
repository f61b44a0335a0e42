#pragma once
// How probable a model finds music that exists.

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generate/expectation.h"
#include "magenta/generate/model.h"
#include "magenta/generate/session.h"
#include "magenta/music.pb.h"
#include "magenta/music/tempo_map.h"

namespace magenta {

/// How much a model is told by a sequence that it is shown: the figure by which models compare
/// whose codecs differ. It is of events, not of classes: where several classes decode to an event
/// (a pitch, and "as one bar ago"), their probabilities are added.
struct Information {
  /// Sum of per_event in double.
  double nats = 0;
  /// Minus the natural logarithm of the probability of each event but the first.
  std::vector<float> per_event;
  /// Notes that begin after the first event, every drum that is struck for itself.
  int64_t notes = 0;

  /// All of it.
  double bits() const;
  /// Bits a note; not-a-number without notes.
  double bits_per_note() const;
  /// `other` as well.
  void Add(const Information& other);
};

/// How probable a model finds a sequence that it is shown.
struct Likelihood {
  /// Sum of per_event in double: the natural logarithm of the probability at temperature 1.
  double total = 0;
  /// One for each event but the first, which nothing predicts.
  std::vector<float> per_event;
  /// The same, whatever the codec calls each event.
  Information information;
  /// For who asks (ScoreOptions): what was expected instead, beside per_event. None for models of
  /// several heads.
  std::vector<StepDistribution> expected;
};

/// The likelihood of `events` (ready for the codec, as ReadPrimer and ExtractExamples give them).
/// `adapt`: as Session::Adapt. An event that the codec does not take: exit 3, naming its position;
/// a model that can't adapt: exit 2.
absl::StatusOr<Likelihood> LogLikelihood(const std::shared_ptr<const Model>& model,
                                         const EventSequence& events, bool adapt = false);

/// One stretch of a file without changes of tempo or meter.
struct ScoredPart {
  /// Where it begins in the file, in seconds.
  double start_time = 0;
  /// The nearest step of the grid to that, from the beginning of the file.
  int64_t start_step = 0;
  /// Seconds of a step, which are the same all through it.
  double step_seconds = 0;
  /// The music as the model heard it, its first step (in the part), and what was left out.
  Primer heard;
  Likelihood likelihood;
  /// Of a gap: which of the events but the first are drawn there, those of `likelihood`; the others
  /// are certain. Empty: all.
  std::vector<bool> drawn = {};
  /// Of a gap where tempos change: the file's time.
  std::optional<StraightTime> straight = std::nullopt;
};

/// What is scored, and what comes with it.
struct ScoreOptions {
  /// The only one that is heard; nullopt: by the kind's rules for primers.
  std::optional<int> instrument = std::nullopt;
  /// Whether Likelihood::expected is wanted.
  bool distributions = false;
  /// Whether each part says what may come next in it (Session::Adapt).
  bool adapt = false;
  /// Most steps in all; past them kResourceExhausted.
  int64_t max_steps = std::numeric_limits<int64_t>::max();
  /// Asked before each step; an error of its ends the scoring. May be empty.
  std::function<absl::Status()> check = {};
};

/// The likelihood of what the model hears of each part of `sequence`: split where tempo or meter
/// really change (meter_map.h: not at a pickup or another short bar), quantised, one instrument
/// taken: the given one, else by the kind's rules for primers. Parts of which the model hears no
/// note, or one event, are left out. None left: exit 4, saying what was not heard; notes that
/// nobody could play: a MusicError; a part that can't be quantised, or more steps in all than a
/// piece may have (piece_limits.h): exit 3.
absl::StatusOr<std::vector<ScoredPart>> ScoreSequence(const std::shared_ptr<const Model>& model,
                                                      NoteSequence sequence,
                                                      const ScoreOptions& options = {});

/// Notes of a piece of several parts that are scored given all the rest of it: by one of the two.
struct GapOptions {
  /// As ParseRectangles takes them; "" for none.
  std::string fill = {};
  /// Names or numbers of parts, several by "+": what all others play is scored, from the beginning
  /// to the end; "" for none.
  std::string given = {};
  /// Whether what comes after the last bar that is scored is not heard, nor when the piece ends.
  bool hides_after = false;
  /// As ScoreOptions'.
  bool adapt = false;
  int64_t max_steps = std::numeric_limits<int64_t>::max();
  /// Asked before each step; an error of its ends the scoring. May be empty.
  std::function<absl::Status()> check = {};
};

/// The likelihood of the notes of `sequence` that lie in a gap, given all others: before them,
/// after and beside. A request that fills the gap (parts_plan.h) has this log-likelihood where it
/// draws these notes event by event, at temperature 1, leaving nothing out. Of what is certain
/// nothing counts: per_event is of the decisions that are drawn, and notes those that begin in the
/// gap. `heard` says what was moved or not heard. Errors: PlanParts' (exit 2 and 3), and a model
/// that plays no parts (exit 2), and music without notes (exit 4).
absl::StatusOr<ScoredPart> ScoreGap(const std::shared_ptr<const Model>& model,
                                    const NoteSequence& sequence, const GapOptions& options);

/// An event that was scored, where it stands in the file.
struct ScoredEvent {
  /// Seconds of the file: where what begins with it does. Below 0 where a pickup's bar begins
  /// before the file does.
  double time = 0;
  /// Where the next event goes on; of one that takes no time, and of the last whole note, `time`.
  double end_time = 0;
  /// The nearest step of the grid, from the beginning of the file.
  int64_t step = 0;
  /// As it was heard: of drums with the pitches that were struck.
  EventEffect effect;
  /// Whose it is, as NoteRenderer::voice() has it; 0: nobody's.
  int voice = 0;
  /// Minus the logarithm to the base 2 of its probability, by any class.
  double bits = 0;
};

/// The events of `part`, beside its per_event: all but the first, which nothing predicts, and those
/// that are certain.
std::vector<ScoredEvent> EventsOf(const Model& model, const ScoredPart& part);

}  // namespace magenta
