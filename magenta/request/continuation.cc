#include "magenta/request/continuation.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/music/meter_map.h"
#include "magenta/music/tempo_map.h"
#include "magenta/request/section.h"

namespace magenta {
namespace {

/// How near to a step, in steps, music ends on it.
constexpr double kWholeStep = 1e-6;
constexpr double kDefaultQpm = 120;

template <typename Keeps>
double LatestEnd(const NoteSequence& music, const Keeps& keeps) {
  double end = 0;
  for (const auto& note : music.notes()) {
    if (keeps(note)) end = std::max(end, note.end_time());
  }
  return end;
}

double LatestEnd(const NoteSequence& music) {
  return LatestEnd(music, [](const auto&) { return true; });
}

/// Where the music ends; a score where it says so itself, since its last rests are written. So are
/// those of drum grids, which name no encoding.
double EndOf(const NoteSequence& music, const MusicKind& kind) {
  using SourceInfo = NoteSequence::SourceInfo;
  const auto encoding = music.source_info().encoding_type();
  const bool is_score = encoding == SourceInfo::ABC || encoding == SourceInfo::MUSIC_XML ||
                        (kind.plays_drums() && encoding != SourceInfo::MIDI);
  return is_score ? std::max(LatestEnd(music), music.total_time()) : LatestEnd(music);
}

double EndOfPart(const NoteSequence& music, const MusicKind& kind, const Part& part) {
  const double all = LatestEnd(music);
  const double own =
      LatestEnd(music, [&](const auto& note) { return note.instrument() == part.instrument; });
  const TempoMap tempos(music);
  const double quarters = tempos.QuartersAt(own);
  const double bar = MeterMap(music).At(quarters).bar();
  return tempos.QuartersAt(all) - quarters <= bar + kWholeStep ? EndOf(music, kind) : own;
}

MusicEnd EndAt(const NoteSequence& music, double seconds, Grid grid) {
  const TempoMap tempos(music);
  // A tempo that begins where the music ends is not yet heard.
  const double before = std::nextafter(seconds, -1);
  return {seconds, StepsAt(tempos, seconds, grid), tempos.QpmAt(before)};
}

/// Quarters at which the section ends that begins at `start`, where there are `qpm`.
double EndOfSection(const NoteSequence& music, double start, double qpm,
                    const ContinuationOptions& options) {
  if (options.bars.has_value()) return MeterMap(music).BarLineFrom(start, *options.bars);
  return start + static_cast<double>(*options.new_steps) / options.grid.StepsPerQuarter(qpm);
}

/// The error of a section that would end where it begins, or before.
absl::Status NothingNew(const MusicEnd& end, const ContinuationOptions& options) {
  if (options.bars.has_value() || options.new_steps.has_value()) {
    return UsageError(fmt::format("{} ends at {:.6g} s, and no new step would be left after it",
                                  options.music_name, end.seconds),
                      options.reference_windows
                          ? "Ask for more: with reference_windows the new music begins a step late"
                          : "Let it end earlier");
  }
  const double whole = std::ceil(end.steps - kWholeStep);
  return UsageError(fmt::format("{} takes {:.6g} {}, and {}={} counts {} too", options.music_name,
                                whole, whole == 1 ? "step" : "steps", options.steps_name,
                                options.num_steps, whole == 1 ? "it" : "them"),
                    fmt::format("Give {}={:.15g} for as many new ones", options.steps_name,
                                whole + static_cast<double>(options.num_steps)));
}

int LengthsOf(const GenerateArgs& args) {
  return args.num_steps.has_value() + args.new_steps.has_value() + args.bars.has_value();
}

void SetSection(double start, double end, GenerateSequenceRequest& request) {
  auto* sections = request.mutable_generator_options()->mutable_generate_sections();
  sections->Clear();
  auto* section = sections->Add();
  section->set_start_time(start);
  section->set_end_time(end);
}

/// Puts the default primer before the section, or at 0 s, and makes room for it there.
void AddDefaultPrimer(const MusicKind& kind, Grid grid, GenerateSequenceRequest& request,
                      std::vector<std::string>& notes) {
  const DefaultPrimer primer = kind.MakeDefaultPrimer(kDefaultQpm, grid);
  *request.mutable_input_sequence() = primer.sequence;
  notes.push_back(fmt::format("no primer is given: starting from {}", primer.name));
  if (request.generator_options().generate_sections().empty()) return;
  auto& sections = *request.mutable_generator_options()->mutable_generate_sections();
  auto& first = *std::min_element(
      sections.begin(), sections.end(),
      [](const auto& a, const auto& b) { return a.start_time() < b.start_time(); });
  const double length = LatestEnd(primer.sequence);
  const double shift = first.start_time() - length;
  if (!(first.start_time() >= 0)) return;  // what is wrong with it is told later
  if (!(shift > 0)) {
    first.set_start_time(length);
    return;
  }
  for (auto& note : *request.mutable_input_sequence()->mutable_notes()) {
    note.set_start_time(note.start_time() + shift);
    note.set_end_time(first.start_time());
  }
  request.mutable_input_sequence()->set_total_time(first.start_time());
}

/// Where the input is gone on from; 0 without notes.
absl::StatusOr<MusicEnd> EndOfInput(const GenerateArgs& args, const MusicKind& kind, Grid grid,
                                    const NoteSequence& input) {
  if (args.primer_part.empty()) return EndAt(input, EndOf(input, kind), grid);
  MAGENTA_ASSIGN_OR_RETURN(const Part part,
                           FindPart(PartsOf(input), args.primer_part, "primer_part"));
  return EndOfNotes(input, kind, grid, part);
}

bool ChordsFromNew(const GenerateArgs& args, const NoteSequence& input) {
  return args.chords.from_new.value_or(IsPieceOfFile(input));
}

absl::Status AddSection(const GenerateArgs& args, const MusicKind& kind, Grid grid,
                        bool counts_primer, GenerateSequenceRequest& request) {
  NoteSequence& input = *request.mutable_input_sequence();
  MAGENTA_ASSIGN_OR_RETURN(const MusicEnd end, EndOfInput(args, kind, grid, input));
  ContinuationOptions options;
  options.num_steps = args.num_steps.value_or(options.num_steps);
  if (args.new_steps.has_value()) options.new_steps = *args.new_steps;
  options.bars = args.bars;
  options.grid = grid;
  options.reference_windows = args.reference_windows;
  options.reference_gap = ReferenceGapOf(kind);
  options.steps_name = "num_steps";
  options.music_name = "the input";
  if (LengthsOf(args) == 0) {
    const bool from_new = ChordsFromNew(args, input);
    const BackingChords chords = WithSteps(args.chords, input, from_new ? end.seconds : 0, grid);
    MAGENTA_RETURN_IF_ERROR(LengthOfChords(chords, from_new, end.steps, options));
  }
  if (counts_primer) options = CountingMusic(std::move(options), end.qpm);
  MAGENTA_ASSIGN_OR_RETURN(const GenerateSequenceRequest asked,
                           ContinuationOf(input, end, options));
  const auto& section = asked.generator_options().generate_sections(0);
  SetSection(section.start_time(), section.end_time(), request);
  return absl::OkStatus();
}

}  // namespace

absl::Status LengthOfChords(const BackingChords& chords, bool from_new, double steps,
                            ContinuationOptions& options) {
  if (from_new) {
    options.new_steps = chords.steps();
    return absl::OkStatus();
  }
  if (static_cast<double>(chords.steps()) <= steps) {
    const bool is_flag = options.steps_name.starts_with("--");
    return UsageError(
        fmt::format("{} takes {:.6g} steps, the chords {}, and no new step would be left",
                    options.music_name, std::ceil(steps - kWholeStep), chords.steps()),
        fmt::format("Give more chords, or {}bars: they repeat", is_flag ? "--" : ""));
  }
  options.num_steps = chords.steps();
  return absl::OkStatus();
}

int ReferenceGapOf(const MusicKind& kind) { return kind.plays_chords() ? 0 : 1; }

ContinuationOptions CountingMusic(ContinuationOptions options, double qpm) {
  if (options.new_steps.has_value()) {
    options.num_steps = *std::exchange(options.new_steps, std::nullopt);
    // Errors name what was given.
    const size_t name = options.steps_name.find("num_steps");
    if (name != std::string::npos) options.steps_name.replace(name, 9, "new_steps");
  }
  if (options.bars.has_value()) {
    const double bar = 4 * options.grid.StepsPerQuarter(qpm);
    options.num_steps = std::llround(bar * *std::exchange(options.bars, std::nullopt));
  }
  return options;
}

absl::StatusOr<MusicEnd> EndOfNotes(const NoteSequence& music, const MusicKind& kind, Grid grid,
                                    const std::optional<Part>& part) {
  const auto& notes = music.notes();
  const auto is_unheard = [&](const auto& note) { return note.is_drum() && !kind.plays_drums(); };
  if (std::all_of(notes.begin(), notes.end(), is_unheard)) {
    return InputError("", notes.empty() ? "holds no note to go on from"
                                        : "holds drums alone, no note to go on from");
  }
  const MusicEnd end =
      EndAt(music, part.has_value() ? EndOfPart(music, kind, *part) : EndOf(music, kind), grid);
  if (end.steps < static_cast<double>(kMaxSectionStep)) return end;
  return MusicError(fmt::format("ends at {:.6g} s, beyond {} steps", end.seconds, kMaxSectionStep),
                    "Give a shorter piece");
}

absl::StatusOr<GenerateSequenceRequest> ContinuationOf(NoteSequence music, const MusicEnd& end,
                                                       const ContinuationOptions& options) {
  const TempoMap tempos(music);
  const double step_seconds = options.grid.StepSeconds(end.qpm);
  double start = end.seconds;
  // Steps are counted from the bar lines.
  const double lead = LeadToBarLines(
      MeterMap(music).At(end.steps / options.grid.StepsPerQuarter(end.qpm)), options.grid);
  const double nearest = std::round(end.steps + lead) - lead;
  const bool off_step = std::abs(nearest - end.steps) > kWholeStep;
  if (off_step) start = std::max(0.0, start + (nearest - end.steps) * step_seconds);
  double stop = 0;
  bool leaves_none = false;
  if (options.bars.has_value() || options.new_steps.has_value()) {
    const double quarters =
        (off_step ? nearest : end.steps) / options.grid.StepsPerQuarter(end.qpm);
    stop = tempos.SecondsAt(EndOfSection(music, quarters, end.qpm, options));
  } else {
    const auto num_steps = static_cast<double>(options.num_steps);
    stop = tempos.HasChanges() ? end.seconds + (num_steps - end.steps) * step_seconds
                               : num_steps * step_seconds;
    leaves_none = num_steps - end.steps < 1 - kWholeStep;
  }
  if (options.reference_windows) start = LatestEnd(music) + options.reference_gap * step_seconds;
  if (leaves_none || start >= stop) return NothingNew(end, options);
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() = std::move(music);
  SetSection(start, stop, request);
  return request;
}

absl::StatusOr<std::optional<GenerateSequenceRequest>> CompleteRequest(
    const MusicKind& kind, const GenerateArgs& args, Grid grid,
    const GenerateSequenceRequest& request, std::vector<std::string>& notes) {
  const bool has_sections = request.generator_options().generate_sections_size() > 0;
  if (has_sections && LengthsOf(args) > 0) {
    return UsageError(
        "the request has sections to generate, and an argument (num_steps, new_steps or bars) that "
        "says how long the new music is",
        "Leave one of them out");
  }
  const bool has_chords = args.chords.given();
  if (!has_sections && LengthsOf(args) == 0 && !has_chords) {
    return UsageError("the request has no section to generate",
                      "Give a generate section, or the argument bars, new_steps or num_steps");
  }
  const bool adds_primer = !request.has_input_sequence() && !args.reference_windows;
  if (has_sections && !adds_primer && !has_chords) return std::nullopt;
  GenerateSequenceRequest whole = request;
  if (adds_primer) AddDefaultPrimer(kind, grid, whole, notes);
  if (!has_sections) {
    MAGENTA_RETURN_IF_ERROR(AddSection(args, kind, grid, adds_primer, whole));
  }
  if (has_chords) {
    const bool from_new = ChordsFromNew(args, whole.input_sequence());
    MAGENTA_RETURN_IF_ERROR(AddBackingChords(args.chords, from_new, grid, whole, notes));
  }
  return whole;
}

}  // namespace magenta
