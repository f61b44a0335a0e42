#include "magenta/pipeline/sequence_examples.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/score/sections.h"
#include "magenta/music/performance/played_parts.h"
#include "magenta/music/quantize.h"
#include "magenta/music/score/bar_parts.h"
#include "magenta/music/split.h"
#include "magenta/pipeline/training_example.h"

namespace magenta {
namespace {

/// Quantising counters of the reference that stand there even when they are 0.
constexpr QuantizeFailure kDiscards[] = {QuantizeFailure::kMultipleTimeSignatures,
                                         QuantizeFailure::kMultipleTempos,
                                         QuantizeFailure::kBadTimeSignature};

/// Whether all notes but drums stay within 0..127 when moved by `semitones`.
bool StaysInRange(const NoteSequence& sequence, int semitones) {
  return std::all_of(sequence.notes().begin(), sequence.notes().end(), [&](const auto& note) {
    const int64_t pitch = int64_t{note.pitch()} + semitones;
    return note.is_drum() || (pitch >= kMinPitch && pitch <= kMaxPitch);
  });
}

DenseExample ToDense(const EventCodec& codec, const EventSequence& events) {
  const TrainingExample encoded = EncodeExample(codec, events);
  DenseExample dense;
  dense.input_size = codec.example_width();
  dense.inputs.resize(encoded.inputs.rows() * static_cast<size_t>(dense.input_size));
  float* row = dense.inputs.data();
  for (size_t i = 0; i < encoded.inputs.rows(); ++i, row += dense.input_size) {
    encoded.inputs.ForEach(i, [&](int32_t index, float value) {
      if (dense.input_size > 1) {
        row[index] = value;
      } else {
        row[0] = static_cast<float>(index);
      }
    });
  }
  if (codec.learns_inputs()) {
    dense.labels = codec.DenseLabels(events);
    dense.labels.resize(encoded.inputs.rows());  // of a last step that does not end there is none
  } else {
    dense.labels.assign(encoded.labels.begin(), encoded.labels.end());
  }
  dense.labels_per_step = static_cast<int>(codec.head_sizes().size());
  return dense;
}

class SequenceStages {
 public:
  SequenceStages(const DatasetOptions& options, const std::string& name)
      : options_(options), spec_(*options.spec), source_(name) {
    out_.eval = StableUniform(name, options.seed) < options.eval_ratio;
    out_.outcome.file = name;
  }

  SequenceExamples Run(NoteSequence& sequence) && {
    if (options_.unroll_sections) Unroll(sequence);
    std::vector<NoteSequence> parts = PartsOf(std::move(sequence));
    for (size_t i = 0; i < parts.size(); ++i) {
      sequence = RunPart(static_cast<int>(i), std::move(parts[i]));
    }
    Conclude();
    return std::move(out_);
  }

 private:
  void Unroll(NoteSequence& sequence) {
    absl::StatusOr<NoteSequence> unrolled = UnrollSections(sequence);
    if (unrolled.ok()) {
      sequence = *std::move(unrolled);
    } else {
      out_.outcome.warnings.push_back("repeats are not played out: " +
                                      ErrorMessage(unrolled.status()));
    }
  }

  std::vector<NoteSequence> PartsOf(NoteSequence sequence) {
    if (spec_.kind->HearsBars()) return SplitByBars(std::move(sequence));
    if (!spec_.kind->HearsSeconds()) return SplitOnTimeChanges(std::move(sequence));
    if (spec_.kind->LeavesOutSilentNotes()) {
      out_.silent_notes =
          std::count_if(sequence.notes().begin(), sequence.notes().end(),
                        [](const auto& note) { return note.velocity() <= 0 && !note.is_drum(); });
    }
    constexpr double kAsPlayed[] = {1.0};
    const bool varies = options_.stretch && !out_.eval;
    auto parts =
        PlayedParts(std::move(sequence), varies ? std::span<const double>(kLearnedStretches)
                                                : std::span<const double>(kAsPlayed));
    if (parts.ok()) return *std::move(parts);
    RefusePart(0, "on_steps", ErrorMessage(parts.status()));
    return {};
  }

  void RefusePart(int part, std::string outcome, std::string reason) {
    TrackReport& report = out_.outcome.tracks.emplace_back();
    report.part = part;
    report.instrument = -1;
    report.outcome = std::move(outcome);
    report.reason = std::move(reason);
  }

  /// Gives what is no longer wanted of the sequence.
  NoteSequence RunPart(int part, NoteSequence sequence) {
    absl::StatusOr<QuantizedSequence> quantized = Quantize(std::move(sequence), spec_.grid);
    Counters& discards = out_.counters.quantizer;
    for (const QuantizeFailure failure : kDiscards) discards.Add(QuantizeCounterName(failure), 0);
    if (!quantized.ok()) {
      const QuantizeFailure failure =
          QuantizeFailureOf(quantized.status()).value_or(QuantizeFailure::kTooLong);
      discards.Add(QuantizeCounterName(failure));
      RefusePart(part, QuantizeFailureName(failure), ErrorMessage(quantized.status()));
      return {};
    }
    Counters& transposed = out_.counters.transposer;
    transposed.Add("skipped_due_to_range_exceeded", 0);
    std::set<std::vector<Event>> seen;
    const bool as_played = spec_.kind->HearsSeconds() && out_.eval;
    for (const int semitones : as_played ? std::vector<int>{0} : options_.transpositions) {
      if (!StaysInRange(quantized->proto(), semitones)) {
        transposed.Add("skipped_due_to_range_exceeded");
        RefusePart(part, "range_exceeded",
                   fmt::format("moved by {} semitones a note leaves 0..127", semitones));
        continue;
      }
      transposed.Add("transpositions_generated");
      // What is not moved need not be copied.
      if (semitones == 0) {
        Extract(part, semitones, *quantized, seen);
      } else {
        Extract(part, semitones, quantized->Transposed(semitones), seen);
      }
    }
    return std::move(*quantized).Release();
  }

  void Extract(int part, int semitones, const QuantizedSequence& sequence,
               std::set<std::vector<Event>>& seen) {
    Examples examples = spec_.kind->ExtractExamples(sequence, options_.examples);
    out_.counters.extractor.Add(examples.counters);
    RefuseSingleEvents(examples);
    for (TrackReport& track : examples.tracks) {
      track.part = part;
      out_.outcome.tracks.push_back(std::move(track));
    }
    std::set<std::vector<Event>> own;
    for (size_t i = 0; i < examples.sequences.size(); ++i) {
      EventSequence& events = examples.sequences[i];
      if (!HasNext(events)) continue;
      out_.equal_copies += seen.contains(events.events);
      own.insert(events.events);
      out_.records.push_back(Serialize(events, semitones + examples.transpositions[i]));
    }
    seen.merge(own);
  }

  static bool HasNext(const EventSequence& events) { return events.events.size() > 1; }

  /// Tracks that were kept give equally many sequences, in their order; those of one event each
  /// are no examples.
  static void RefuseSingleEvents(Examples& examples) {
    std::vector<TrackReport*> kept;
    for (TrackReport& track : examples.tracks) {
      if (track.kept) kept.push_back(&track);
    }
    if (kept.empty() || examples.sequences.empty()) return;
    const auto each = static_cast<ptrdiff_t>(examples.sequences.size() / kept.size());
    auto first = examples.sequences.begin();
    for (TrackReport* track : kept) {
      const auto end = first + each;
      if (std::none_of(std::exchange(first, end), end, &HasNext)) {
        track->kept = false;
        track->outcome = "too_short";
        track->reason = "1 event: there is nothing to predict";
      }
    }
  }

  std::string Serialize(EventSequence& events, int transpose) const {
    if (options_.format == DatasetFormat::kDense) {
      return SerializeDense(ToDense(*spec_.codec, events));
    }
    CompactExample compact;
    compact.config = spec_.id;
    compact.source = source_;
    compact.transpose = transpose;
    compact.events = std::move(events.events);
    compact.control = std::move(events.control);
    return SerializeCompact(compact);
  }

  /// The reason of the whole: the first track that a flag would keep, else the first.
  void Conclude() {
    FileOutcome& outcome = out_.outcome;
    outcome.outputs = static_cast<int64_t>(out_.records.size());
    if (outcome.outputs > 0) {
      outcome.reason = "kept";
      return;
    }
    if (outcome.tracks.empty()) {
      outcome.reason = "no_notes";
      outcome.detail = "no notes, or none that lasts";
      return;
    }
    auto chosen = std::find_if(outcome.tracks.begin(), outcome.tracks.end(),
                               [](const TrackReport& track) { return !track.flag.empty(); });
    if (chosen == outcome.tracks.end()) chosen = outcome.tracks.begin();
    outcome.reason = chosen->outcome;
    outcome.detail = chosen->reason;
    outcome.flag = chosen->flag;
  }

  const DatasetOptions& options_;
  const ModelSpec& spec_;
  const std::string& source_;
  SequenceExamples out_;
};

}  // namespace

std::string PlacingName(const NoteSequence& sequence, const std::string& fallback) {
  const std::string& title = sequence.sequence_metadata().title();
  if (sequence.filename().ends_with(".drums") && !title.empty()) {
    return fmt::format("{}_{}", sequence.filename(), title);
  }
  if (!sequence.filename().empty()) {
    return sequence.reference_number() == 0
               ? sequence.filename()
               : fmt::format("{}_{}", sequence.filename(), sequence.reference_number());
  }
  return sequence.id().empty() ? fallback : sequence.id();
}

SequenceExamples ExtractSequenceExamples(NoteSequence& sequence, const std::string& name,
                                         const DatasetOptions& options) {
  return SequenceStages(options, name).Run(sequence);
}

}  // namespace magenta
