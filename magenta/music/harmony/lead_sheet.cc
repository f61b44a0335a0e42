#include "magenta/music/harmony/lead_sheet.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

class LeadSheetExtractor {
 public:
  LeadSheetExtractor(const QuantizedSequence& sequence, const LeadSheetExtractionOptions& options)
      : options_(options),
        steps_per_bar_(sequence.steps_per_bar()),
        melodies_(ExtractMelodies(sequence, options.melody)),
        timeline_(sequence, options.strict ? ChordSpelling::kReference : ChordSpelling::kCommon) {}

  LeadSheetExtraction Extract() && {
    result_.counters = std::move(melodies_.counters);
    if (result_.counters.Of("non_integer_steps_per_bar") == 0) {
      result_.counters.Add("empty_chord_progressions", 0);
      result_.counters.Add("coincident_chords", 0);
    }
    auto melody = melodies_.melodies.begin();
    for (MelodyTrack& track : melodies_.tracks) {
      const bool kept =
          track.outcome == MelodyOutcome::kKept || track.outcome == MelodyOutcome::kTruncated;
      result_.tracks.push_back({track.instrument, std::move(track.name), track.start_step, kept,
                                MelodyOutcomeName(track.outcome), std::move(track.reason),
                                std::move(track.flag)});
      if (kept) AddChords(std::move(*melody++), result_.tracks.back());
    }
    if (unreadable_.empty()) return std::move(result_);
    DropAll();
    return std::move(result_);
  }

 private:
  void AddChords(ExtractedMelody melody, LeadSheetTrack& track) {
    ChordReading reading = timeline_.Between(melody.melody.start_step(), melody.melody.end_step());
    if (reading.coincident_step.has_value()) {
      result_.counters.Add("coincident_chords");
      return Drop(
          track, "coincident_chords",
          fmt::format("two chords stand together in bar {}", Bar(*reading.coincident_step)));
    }
    if (options_.strict && !reading.bad.empty()) {
      if (unreadable_.empty()) unreadable_ = Named(reading.bad.front());
    } else if (options_.require_chords && reading.chords.IsEmpty()) {
      result_.counters.Add("empty_chord_progressions");
      return Drop(track, "no_chords",
                  reading.bad.empty()
                      ? "no chord symbol stands over it"
                      : "no chord symbol over it can be read: " + Listed(reading.bad),
                  "--infer_chords");
    }
    if (!options_.strict) Report(reading, track);
    result_.lead_sheets.push_back(
        {std::move(melody.melody), std::move(reading.chords), melody.instrument});
  }

  static void Drop(LeadSheetTrack& track, std::string outcome, std::string reason,
                   std::string flag = "") {
    track.kept = false;
    track.outcome = std::move(outcome);
    track.reason = std::move(reason);
    track.flag = std::move(flag);
  }

  /// What was left out of a lead sheet that is kept.
  void Report(const ChordReading& reading, LeadSheetTrack& track) {
    if (reading.beyond_reference && !beyond_reference_) {
      beyond_reference_ = true;
      result_.counters.Add("kept_despite_chord_symbol_exception");
    }
    if (reading.bad.empty()) return;
    result_.counters.Add("chord_symbols_left_out", static_cast<int64_t>(reading.bad.size()));
    if (track.outcome == MelodyOutcomeName(MelodyOutcome::kKept)) {
      track.outcome = "bad_chord_symbols";
    } else {
      track.reason += "; ";
    }
    track.reason += "left out: " + Listed(reading.bad);
  }

  /// The reference gives nothing at all where one symbol can't be read.
  void DropAll() {
    result_.lead_sheets.clear();
    result_.counters = {{"chord_symbol_exception", 1}};
    for (LeadSheetTrack& track : result_.tracks) {
      if (track.kept) Drop(track, "chord_symbol_exception", unreadable_);
    }
  }

  int64_t Bar(int64_t step) const {
    return static_cast<int64_t>(static_cast<double>(step) / steps_per_bar_) + 1;
  }

  std::string Named(const BadChordSymbol& bad) const {
    return fmt::format("{} (bar {})", ErrorMessage(bad.error), Bar(bad.step));
  }

  /// The first few, and how many more there are.
  std::string Listed(const std::vector<BadChordSymbol>& bad) const {
    constexpr size_t kNamed = 3;
    std::string text;
    for (size_t i = 0; i < std::min(bad.size(), kNamed); ++i) {
      text += (i == 0 ? "" : "; ") + Named(bad[i]);
    }
    if (bad.size() > kNamed) text += fmt::format("; and {} more", bad.size() - kNamed);
    return text;
  }

  const LeadSheetExtractionOptions& options_;
  const double steps_per_bar_;
  MelodyExtraction melodies_;
  ChordTimeline timeline_;
  std::string unreadable_;  // the first symbol that the reference can't read, where that matters
  bool beyond_reference_ = false;
  LeadSheetExtraction result_;
};

}  // namespace

LeadSheet LeadSheet::Transposed(int semitones) const {
  LeadSheet sheet = {melody, chords.Transposed(semitones), instrument};
  sheet.melody.Transpose(semitones);
  return sheet;
}

absl::StatusOr<EventSequence> LeadSheet::Events() const {
  MAGENTA_ASSIGN_OR_RETURN(std::vector<ChordCode> codes, chords.Codes());
  return EventSequence{melody.events(), std::move(codes)};
}

LeadSheetExtraction ExtractLeadSheets(const QuantizedSequence& sequence,
                                      const LeadSheetExtractionOptions& options) {
  return LeadSheetExtractor(sequence, options).Extract();
}

}  // namespace magenta
