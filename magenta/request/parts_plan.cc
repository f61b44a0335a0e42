// The piece is put on the grid and its parts become voices; new parts are voices without notes;
// then the request's areas (ticks of parts) open voices, and what begins there is taken away.

#include "magenta/request/parts_plan.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "magenta/music/key.h"
#include "magenta/music/meter_map.h"
#include "magenta/music/parts.h"
#include "magenta/music/quantize.h"
#include "magenta/music/score/last_chord.h"
#include "magenta/music/score/voices.h"
#include "magenta/request/added_parts.h"
#include "magenta/request/continuation.h"
#include "magenta/request/rectangle.h"
#include "magenta/request/section.h"
#include "magenta/request/words.h"

namespace magenta {
namespace {

const Grid kTickGrid = Grid::PerQuarter(kTicksPerQuarter);

/// A part of the result, and where it is drawn.
struct PlannedPart {
  Part part;  // of the input; of a new one number 0
  PartRole role = PartRole::kSoprano;
  bool is_new = false;
  std::vector<int> voices;  // of the sheet
  /// All that begins there goes, ...
  std::vector<StepRange> drawn;
  /// ... and what begins on these ticks.
  std::set<int64_t> varied;
};

/// Where the bars of a sheet lie.
class Bars {
 public:
  explicit Bars(const Sheet& sheet) {
    for (size_t i = 0; i < sheet.meters.size(); ++i) {
      const bool is_last = i + 1 == sheet.meters.size();
      const int64_t end =
          is_last ? sheet.length : std::min(sheet.length, sheet.meters[i + 1].bar_line);
      for (int64_t line = sheet.meters[i].bar_line; line < end; line += sheet.meters[i].bar) {
        lines_.push_back(line);
      }
    }
    if (lines_.empty()) lines_.push_back(0);
    first_ = lines_.front() < 0 ? 0 : 1;
  }

  int first() const { return first_; }
  int last() const { return first_ + static_cast<int>(lines_.size()) - 1; }
  /// The tick on which `bar`, one of them or the one after the last, begins; the end of the sheet
  /// where that is before.
  int64_t StartOf(int bar, int64_t length) const {
    return bar > last() ? length : std::clamp<int64_t>(lines_[bar - first_], 0, length);
  }
  int BarAt(int64_t tick) const {
    const auto after = std::upper_bound(lines_.begin(), lines_.end(), tick);
    return first_ + std::max<int>(0, static_cast<int>(after - lines_.begin()) - 1);
  }

 private:
  std::vector<int64_t> lines_;
  int first_ = 1;
};

std::string Counted(int64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// Ranges in order, those that overlap or touch made one.
std::vector<StepRange> Merged(std::vector<StepRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const StepRange& a, const StepRange& b) { return a.start < b.start; });
  std::vector<StepRange> merged;
  for (const StepRange& range : ranges) {
    if (!merged.empty() && range.start <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, range.end);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

bool Holds(const std::vector<StepRange>& ranges, int64_t tick) {
  return std::any_of(ranges.begin(), ranges.end(), [tick](const StepRange& range) {
    return range.start <= tick && tick < range.end;
  });
}

SheetMeter SheetMeterOf(const Meter& meter, double lead) {
  const double tick = kTicksPerQuarter;
  SheetMeter on_sheet = SheetMeterFor(meter.numerator, meter.denominator);
  const auto tick_of = [&](double quarters) {
    return std::llround(std::min(quarters * tick, 1e12) + lead);
  };
  on_sheet.bar_line = tick_of(meter.bar_line);
  // Bar lines before it count as well: the first from where the meter does.
  const int64_t start = meter.start > 0 ? tick_of(meter.start) : 0;
  const int64_t since = on_sheet.bar_line - start;
  on_sheet.bar_line -=
      (since >= 0 ? since / on_sheet.bar : -((-since + on_sheet.bar - 1) / on_sheet.bar)) *
      on_sheet.bar;
  return on_sheet;
}

/// Those of `input`; the first begins at or before tick 0.
std::vector<SheetMeter> SheetMetersOf(const MeterMap& map, double lead) {
  std::vector<SheetMeter> meters;
  for (const Meter& meter : map.meters()) {
    SheetMeter on_sheet = SheetMeterOf(meter, lead);
    if (meters.empty() && on_sheet.bar_line > 0) on_sheet.bar_line -= on_sheet.bar;
    // Nothing is written so late.
    if (on_sheet.bar_line > kMaxSectionStep) break;
    while (!meters.empty() && on_sheet.bar_line <= meters.back().bar_line) meters.pop_back();
    if (meters.empty() && on_sheet.bar_line > 0) on_sheet.bar_line = 0;
    meters.push_back(on_sheet);
  }
  return meters;
}

class PartsPlanner {
 public:
  PartsPlanner(const MusicKind& kind, const GenerateArgs& args, const PitchSet& playable,
               uint32_t seed)
      : kind_(kind), args_(args), playable_(playable), seed_(seed) {}

  absl::StatusOr<PartsPlan> Plan(const GenerateSequenceRequest& request) {
    MAGENTA_RETURN_IF_ERROR(ReadRequest(request));
    MAGENTA_RETURN_IF_ERROR(ReadPiece());
    MAGENTA_RETURN_IF_ERROR(AddParts());
    MAGENTA_RETURN_IF_ERROR(Extend());
    MAGENTA_RETURN_IF_ERROR(ReadSections());
    MAGENTA_RETURN_IF_ERROR(ReadFill());
    MAGENTA_RETURN_IF_ERROR(ReadVary());
    OpenNewParts();
    MAGENTA_RETURN_IF_ERROR(OpenVoices());
    FindRedrawn();
    MAGENTA_RETURN_IF_ERROR(CheckPitches());
    MoveIntoRange();
    SayWhatIsDrawn();
    if (args_.ending) GiveLastChord();
    plan_.sheet.ends = !plan_.continues || args_.ending;
    plan_.sheet.density = args_.parts.density;
    MAGENTA_CHECK(CheckSheet(plan_.sheet).ok());
    return std::move(plan_);
  }

 private:
  bool NamesLength() const {
    return args_.bars.has_value() || args_.new_steps.has_value() || args_.num_steps.has_value();
  }

  /// What is heard, and the sections.
  absl::Status ReadRequest(const GenerateSequenceRequest& request) {
    if (args_.reference_windows) {
      return UsageError("the argument reference_windows is for models of one line", "Leave it out");
    }
    options_ = request.generator_options();
    // None at all is none: a piece begins with no note.
    GenerateSequenceRequest asked = request;
    asked.mutable_input_sequence();
    const bool has_sections = !options_.generate_sections().empty();
    if (has_sections || NamesLength() || !args_.parts.says_where()) {
      MAGENTA_ASSIGN_OR_RETURN(auto whole,
                               CompleteRequest(kind_, args_, kTickGrid, asked, plan_.notes));
      if (whole.has_value()) asked = *std::move(whole);
      options_ = asked.generator_options();
      MAGENTA_RETURN_IF_ERROR(CheckSections(options_, false));
    }
    MAGENTA_RETURN_IF_ERROR(CheckTempo(asked.input_sequence()));
    MAGENTA_RETURN_IF_ERROR(CheckAccompaniment(asked.input_sequence()));
    plan_.input = InputOf(asked.input_sequence(), options_);
    parts_there_ = PartsOf(plan_.input);
    if (args_.primer_part.empty()) return absl::OkStatus();
    MAGENTA_ASSIGN_OR_RETURN(primer_part_,
                             FindPart(parts_there_, args_.primer_part, "primer_part"));
    if (!args_.keep_accompaniment) {
      plan_.input = OnlyInstrument(std::move(plan_.input), primer_part_->instrument);
      parts_there_ = {*primer_part_};
    }
    return absl::OkStatus();
  }

  /// Tempos, meters, notes: the sheet of what is given.
  absl::Status ReadPiece() {
    const NoteSequence& input = plan_.input;
    const TempoMap tempos(input);
    const MeterMap meters(input);
    const Meter& first = meters.meters().front();
    const double lead = LeadToBarLines(first, kTickGrid);
    plan_.qpm = tempos.QpmAt(0);
    NoteSequence straight = input;
    straight.clear_time_signatures();
    auto& meter = *straight.add_time_signatures();
    meter.set_numerator(first.numerator);
    meter.set_denominator(first.denominator);
    if (tempos.HasChanges() || lead > 0) {
      plan_.straight.emplace(straight, 0, lead * kTickGrid.StepSeconds(plan_.qpm));
      straight = Straightened(straight, *plan_.straight, 0);
    }
    MAGENTA_ASSIGN_OR_RETURN(QuantizedSequence quantized, Quantize(std::move(straight), kTickGrid));
    Sheet& sheet = plan_.sheet;
    sheet.meters = SheetMetersOf(meters, lead);
    quantized_ = quantized.proto();
    const bool is_heard = std::any_of(input.notes().begin(), input.notes().end(),
                                      [](const auto& note) { return !note.is_drum(); });
    if (is_heard) {
      MAGENTA_ASSIGN_OR_RETURN(VoicedPiece piece,
                               VoicesOf(quantized, sheet.meters.front().bar_line));
      sheet.voices = std::move(piece.sheet.voices);
      SetGivenParts(piece);
      SayLosses(piece.losses);
    } else if (!input.notes().empty()) {
      plan_.notes.emplace_back("the drums stay, and are not heard");
    }
    for (const auto& note : quantized_.notes()) {
      if (!note.is_drum()) notes_end_ = std::max(notes_end_, note.quantized_end_step());
    }
    if (notes_end_ > kMaxSectionStep) return TooLong(notes_end_);
    SetLength(tempos, meters);
    ReadChords();
    ReadKey();
    return absl::OkStatus();
  }

  void SetGivenParts(const VoicedPiece& piece) {
    for (size_t v = 0; v < piece.sources.size(); ++v) {
      const int instrument = piece.sources[v].instrument;
      plan_.instruments.push_back(instrument);
      if (parts_.empty() || parts_.back().part.instrument != instrument) {
        const auto found =
            std::find_if(parts_there_.begin(), parts_there_.end(),
                         [&](const Part& part) { return part.instrument == instrument; });
        MAGENTA_CHECK(found != parts_there_.end());
        parts_.emplace_back().part = *found;
      }
      parts_.back().voices.push_back(static_cast<int>(v));
    }
    for (PlannedPart& part : parts_) {
      SetNamedRole(part);
      part.role = RoleOf(part);
    }
  }

  /// A part of one line that is called after a voice is that voice, wherever it lies: beside a
  /// melody alone an alto would count as its bass.
  void SetNamedRole(const PlannedPart& part) {
    const auto named = RoleNamed(part.part.name);
    if (part.voices.size() > 1 || !named.has_value() || *named == PartRole::kChords) return;
    plan_.sheet.voices[part.voices.front()].role = VoicesOfRole(*named).front();
  }

  void SayLosses(const VoiceLosses& losses) {
    const auto say = [&](int count, const char* what) {
      if (count == 0) return;
      plan_.notes.push_back(fmt::format("{} {}", Counted(count, "note", "notes"), what));
    };
    say(losses.moved,
        "off the grid of twelfths of a quarter: heard on the nearest, kept as played");
    say(losses.cut, "cut by the part's next note: heard up to there, kept as played");
    say(losses.dropped, "of chords of more voices than are heard: not heard, kept as played");
    if (losses.drums > 0) plan_.notes.emplace_back("the drums stay, and are not heard");
  }

  /// Up to the end of the bar in which the last note sounds, or of a score that says where it ends.
  void SetLength(const TempoMap& tempos, const MeterMap& meters) {
    Sheet& sheet = plan_.sheet;
    if (sheet.voices.empty()) return;
    using SourceInfo = NoteSequence::SourceInfo;
    const auto encoding = plan_.input.source_info().encoding_type();
    int64_t end = notes_end_;
    if (encoding == SourceInfo::ABC || encoding == SourceInfo::MUSIC_XML) {
      end = std::max(end, TickAt(plan_.input.total_time()));
    }
    sheet.length = end;
    const Bars bars(sheet);
    const int64_t line = bars.StartOf(bars.last(), end);
    const BarPlace place = PlaceOf(sheet, line);
    sheet.length = place.bar_start + place.meter.bar;
    for (const SheetMeter& meter : sheet.meters) {
      if (meter.bar_line > line) sheet.length = std::min(sheet.length, meter.bar_line);
    }
    music_end_ = sheet.length;
    if (!meters.short_end().has_value()) return;
    // Of a short last bar as much is music as is written. The sheet lasts whole bars, as those do
    // that models learn from.
    const auto& written = plan_.input.time_signatures();
    const auto last =
        std::max_element(written.begin(), written.end(),
                         [](const auto& a, const auto& b) { return a.time() < b.time(); });
    const double start = tempos.QuartersAt(last->time());
    const double bar = 4.0 * last->numerator() / last->denominator();
    const double ticks = (start + bar) * kTicksPerQuarter + Lead();
    if (std::llround(ticks) >= end)
      music_end_ = std::min<int64_t>(sheet.length, std::llround(ticks));
  }

  double Lead() const {
    return plan_.straight.has_value()
               ? plan_.straight->Straighten(0) / kTickGrid.StepSeconds(plan_.qpm)
               : 0;
  }

  int64_t TickAt(double seconds) const {
    const double straight =
        plan_.straight.has_value() ? plan_.straight->Straighten(seconds) : seconds;
    const double ticks = straight / kTickGrid.StepSeconds(plan_.qpm);
    return static_cast<int64_t>(std::round(std::clamp(ticks, 0.0, 1e15)));
  }

  void ReadChords() {
    std::vector<SheetChord>& chords = plan_.sheet.chords;
    for (const auto& text : plan_.input.text_annotations()) {
      if (text.annotation_type() != NoteSequence::TextAnnotation::CHORD_SYMBOL) continue;
      const auto symbol = ParseChordSymbol(text.text());
      SheetChord chord;
      chord.start = TickAt(text.time());
      if (chord.start > kMaxSectionStep) continue;
      if (symbol.ok() && !symbol->IsNoChord()) {
        const auto classes = symbol->PitchClasses();
        if (!classes.ok()) continue;
        chord.root = symbol->root().PitchClass();
        for (const int pitch_class : *classes) chord.pitch_classes |= 1 << pitch_class;
      } else if (!symbol.ok()) {
        continue;
      }
      chords.push_back(chord);
    }
    std::stable_sort(chords.begin(), chords.end(),
                     [](const SheetChord& a, const SheetChord& b) { return a.start < b.start; });
  }

  /// That of the request or of the signatures; for scales without a key the one that fits the notes
  /// best.
  void ReadKey() {
    plan_.sheet.key = SignatureKeyBetween(plan_.input, 0, std::numeric_limits<double>::infinity());
    TwelveCounts counts{};
    for (const SheetVoice& voice : plan_.sheet.voices) {
      for (const VoiceNote& note : voice.notes) CountMajorKeys(note.pitch, counts);
    }
    plan_.key = static_cast<int>(std::max_element(counts.begin(), counts.end()) - counts.begin());
    if (args_.pitches.key.has_value()) {
      plan_.sheet.key =
          (args_.pitches.key->tonic + (args_.pitches.key->is_minor.value_or(false) ? 3 : 0)) % 12;
    }
  }

  absl::Status AddParts() {
    std::string wanted = args_.parts.add;
    if (wanted.empty() && plan_.sheet.voices.empty()) wanted = kPartsOfNoPiece;
    if (wanted.empty()) return absl::OkStatus();
    std::vector<PartRole> given;
    for (const PlannedPart& part : parts_) given.push_back(part.role);
    MAGENTA_ASSIGN_OR_RETURN(const std::vector<PartRole> roles, ParseRoles(wanted, given));
    int voices = static_cast<int>(plan_.sheet.voices.size());
    for (const PartRole role : roles) voices += static_cast<int>(VoicesOfRole(role).size());
    if (voices > kMaxVoices) {
      return UsageError(fmt::format("add={}: with them the piece has {} voices", wanted, voices),
                        fmt::format("At most {}: add fewer (a part of chords is {}), or give fewer",
                                    kMaxVoices, VoicesOfRole(PartRole::kChords).size()));
    }
    int instrument = FreeInstrument(plan_.input);
    for (const PartRole role : roles) {
      AddedPart added{instrument, FreeName(NameOfRole(role)), ProgramOf(role)};
      Insert(role, added);
      plan_.added.push_back(std::move(added));
      if (instrument < kMostInstrument) ++instrument;
    }
    return absl::OkStatus();
  }

  /// What a given part is to those that are added. One that is alone and low is a bass.
  PartRole RoleOf(const PlannedPart& part) const {
    if (part.voices.size() > 1) return PartRole::kChords;
    const SheetVoice& voice = plan_.sheet.voices[part.voices.front()];
    constexpr int kLow = 53;
    if (parts_.size() == 1 && MeanPitch(voice) < kLow) return PartRole::kBass;
    switch (voice.role) {
      case VoiceRole::kAlto: return PartRole::kAlto;
      case VoiceRole::kTenor: return PartRole::kTenor;
      case VoiceRole::kBass: return PartRole::kBass;
      case VoiceRole::kMelody: return PartRole::kSoprano;
      default: return PartRole::kChords;
    }
  }

  static double MeanPitch(const SheetVoice& voice) {
    if (voice.notes.empty()) return MiddleOfRole(voice.role);
    double sum = 0;
    for (const VoiceNote& note : voice.notes) sum += note.pitch;
    return sum / static_cast<double>(voice.notes.size());
  }

  std::string FreeName(const std::string& name) const {
    const auto is_taken = [&](const std::string& wanted) {
      const auto same = [&](std::string_view other) {
        return InLowerCase(other) == InLowerCase(wanted);
      };
      return std::any_of(parts_there_.begin(), parts_there_.end(),
                         [&](const Part& part) { return same(part.name); }) ||
             std::any_of(plan_.added.begin(), plan_.added.end(),
                         [&](const AddedPart& part) { return same(part.name); });
    };
    if (!is_taken(name)) return name;
    int number = 2;
    while (is_taken(fmt::format("{} {}", name, number))) ++number;
    return fmt::format("{} {}", name, number);
  }

  int ProgramOf(PartRole role) const {
    if (args_.program.has_value()) return *args_.program;
    const auto given = std::find_if(parts_.begin(), parts_.end(),
                                    [](const PlannedPart& part) { return !part.is_new; });
    return ProgramOfRole(role,
                         given != parts_.end() ? std::optional(given->part.program) : std::nullopt);
  }

  /// The new part's voices stand before the first part that is lower.
  void Insert(PartRole role, const AddedPart& added) {
    const auto next = std::find_if(parts_.begin(), parts_.end(),
                                   [&](const PlannedPart& part) { return part.role > role; });
    const int at =
        next == parts_.end() ? static_cast<int>(plan_.sheet.voices.size()) : next->voices.front();
    const std::vector<VoiceRole> voices = VoicesOfRole(role);
    const int count = static_cast<int>(voices.size());
    for (PlannedPart& part : parts_) {
      for (int& voice : part.voices) voice += voice >= at ? count : 0;
    }
    PlannedPart part;
    part.part.number = 0;
    part.part.instrument = added.instrument;
    part.part.name = added.name;
    part.role = role;
    part.is_new = true;
    for (int i = 0; i < count; ++i) {
      SheetVoice voice;
      voice.role = voices[i];
      plan_.sheet.voices.insert(plan_.sheet.voices.begin() + at + i, voice);
      plan_.instruments.insert(plan_.instruments.begin() + at + i, added.instrument);
      part.voices.push_back(at + i);
    }
    parts_.insert(next, std::move(part));
  }

  static absl::Status TooLong(int64_t ticks) {
    return UsageError(fmt::format("the music would have {} steps", ticks),
                      fmt::format("At most {}, {} bars of 4/4", kMaxSectionStep,
                                  kMaxSectionStep / (4 * kTicksPerQuarter)));
  }

  /// How long the sheet is with the sections after the music.
  absl::Status Extend() {
    int64_t end = 0;
    for (const auto& section : options_.generate_sections()) {
      end = std::max(end, TickAt(section.end_time()));
    }
    if (end > kMaxSectionStep || plan_.sheet.length > kMaxSectionStep) {
      return TooLong(std::max(end, plan_.sheet.length));
    }
    // What goes on ends where it is asked to, within a bar maybe.
    const bool goes_on = std::any_of(
        options_.generate_sections().begin(), options_.generate_sections().end(),
        [&](const auto& section) { return TickAt(section.start_time()) >= notes_end_; });
    plan_.continues = music_end_ > 0 && (goes_on || end > music_end_);
    drawn_end_ = std::max(end, goes_on ? notes_end_ : music_end_);
    plan_.sheet.length = plan_.continues ? drawn_end_ : std::max(plan_.sheet.length, drawn_end_);
    if (plan_.sheet.length > 0) return absl::OkStatus();
    return UsageError("nothing says how long the music is",
                      "Give the argument bars, or a section to generate");
  }

  /// The parts that are meant; all, or that of primer_part, where none is named.
  template <class Names>
  absl::StatusOr<std::vector<int>> PartsMeant(const Names& names, const char* argument) const {
    std::vector<int> meant;
    for (const auto& name : names) {
      MAGENTA_ASSIGN_OR_RETURN(const int part, PartMeant(name, argument));
      meant.push_back(part);
    }
    if (!meant.empty()) return meant;
    for (size_t i = 0; i < parts_.size(); ++i) {
      if (primer_part_.has_value() && parts_[i].part.instrument != primer_part_->instrument)
        continue;
      meant.push_back(static_cast<int>(i));
    }
    return meant;
  }

  absl::StatusOr<int> PartMeant(const std::string& name, const char* argument) const {
    for (size_t i = 0; i < parts_.size(); ++i) {
      const bool same = InLowerCase(parts_[i].part.name) == InLowerCase(name);
      if (parts_[i].is_new && same) return static_cast<int>(i);
    }
    MAGENTA_ASSIGN_OR_RETURN(const Part part, FindPart(parts_there_, ValidUtf8(name), argument));
    const auto found = std::find_if(parts_.begin(), parts_.end(), [&](const PlannedPart& planned) {
      return !planned.is_new && planned.part.instrument == part.instrument;
    });
    if (found == parts_.end()) {
      return UsageError(
          fmt::format("{}: part {} has no notes that are heard", argument, PartText(part)),
          "Choose another");
    }
    return static_cast<int>(found - parts_.begin());
  }

  bool AddsParts() const { return !plan_.added.empty() && !args_.parts.add.empty(); }

  /// Opens `parts` (indices); without names, and within the music, the new ones where there are
  /// some.
  void Open(const StepRange& range, std::vector<int> parts, bool is_named) {
    if (!is_named && AddsParts() && range.start < notes_end_) {
      std::erase_if(parts, [&](int part) { return !parts_[part].is_new; });
      is_named = true;
    }
    for (const int part : parts) {
      parts_[part].drawn.push_back(range);
      if (parts_[part].is_new && is_named) placed_.insert(part);
    }
  }

  absl::Status ReadSections() {
    for (const auto& section : options_.generate_sections()) {
      const StepRange range{TickAt(section.start_time()), TickAt(section.end_time())};
      if (range.end <= range.start) {
        return UsageError(fmt::format("the section to generate, {} s to {} s, holds no step of the "
                                      "grid",
                                      section.start_time(), section.end_time()),
                          fmt::format("A step lasts {:.3g} s: let it end later",
                                      kTickGrid.StepSeconds(plan_.qpm)));
      }
      MAGENTA_ASSIGN_OR_RETURN(std::vector<int> parts, PartsMeant(section.parts(), "parts"));
      Open(range, std::move(parts), !section.parts().empty());
    }
    return absl::OkStatus();
  }

  /// The ticks of `rectangle`. Error: they lie outside the piece.
  absl::StatusOr<StepRange> TicksOfBars(const Rectangle& rectangle, const char* argument) const {
    Sheet piece = plan_.sheet;
    piece.length = music_end_;
    const Bars bars(piece);
    if (music_end_ > 0 && rectangle.first_bar >= bars.first() &&
        rectangle.last_bar <= bars.last()) {
      return StepRange{bars.StartOf(rectangle.first_bar, music_end_),
                       bars.StartOf(rectangle.last_bar + 1, music_end_)};
    }
    const std::string what =
        fmt::format("{}: {} outside the piece", argument,
                    BarsText(rectangle.first_bar, rectangle.last_bar) +
                        (rectangle.first_bar == rectangle.last_bar ? " lies" : " lie"));
    if (music_end_ == 0) return UsageError(what + ", which has no notes", "Give one with notes");
    return UsageError(fmt::format("{}, which has {}", what, BarsText(bars.first(), bars.last())),
                      "Choose among them; the argument bars makes the piece longer");
  }

  absl::Status ReadFill() {
    if (args_.parts.fill.empty()) return absl::OkStatus();
    MAGENTA_ASSIGN_OR_RETURN(const auto rectangles, ParseRectangles("fill", args_.parts.fill));
    for (const Rectangle& rectangle : rectangles) {
      MAGENTA_ASSIGN_OR_RETURN(const StepRange range, TicksOfBars(rectangle, "fill"));
      MAGENTA_ASSIGN_OR_RETURN(std::vector<int> parts, PartsMeant(rectangle.parts, "fill"));
      Open(range, std::move(parts), !rectangle.parts.empty());
    }
    return absl::OkStatus();
  }

  absl::Status ReadVary() {
    if (args_.parts.vary.empty()) return absl::OkStatus();
    MAGENTA_ASSIGN_OR_RETURN(const auto rectangles, ParseRectangles("vary", args_.parts.vary));
    SeededUniform uniform(seed_ ^ kVarySalt);
    for (const Rectangle& rectangle : rectangles) {
      MAGENTA_ASSIGN_OR_RETURN(const StepRange range, TicksOfBars(rectangle, "vary"));
      MAGENTA_ASSIGN_OR_RETURN(const std::vector<int> parts, PartsMeant(rectangle.parts, "vary"));
      size_t chosen = 0;
      for (const int part : parts) chosen += Vary(range, parts_[part], uniform);
      if (chosen > 0) continue;
      return UsageError(
          fmt::format("vary: {} no note to vary",
                      BarsText(rectangle.first_bar, rectangle.last_bar) +
                          (rectangle.parts.empty()
                               ? " hold"
                               : fmt::format(" of {} hold", fmt::join(rectangle.parts, "+")))),
          "Choose others, or fill them");
    }
    return absl::OkStatus();
  }

  /// Half, rounded up, of the moments at which notes of `part` begin in `range`; how many.
  size_t Vary(const StepRange& range, PlannedPart& part, UniformSource& uniform) {
    std::set<int64_t> onsets;
    for (const auto& note : quantized_.notes()) {
      const int64_t start = note.quantized_start_step();
      if (part.is_new || note.is_drum() || note.instrument() != part.part.instrument) continue;
      if (start >= range.start && start < range.end) onsets.insert(start);
    }
    size_t left = onsets.size();
    const size_t wanted = (onsets.size() + 1) / 2;
    size_t open = wanted;
    for (const int64_t onset : onsets) {
      if (uniform.Next() * static_cast<double>(left) < static_cast<double>(open)) {
        part.varied.insert(onset);
        --open;
      }
      --left;
    }
    return wanted;
  }

  /// New parts that no area names play all over the piece.
  void OpenNewParts() {
    for (size_t i = 0; i < parts_.size(); ++i) {
      if (!parts_[i].is_new || placed_.contains(static_cast<int>(i))) continue;
      const bool is_free = !AddsParts() && !parts_[i].drawn.empty();  // as the sections say
      if (!is_free) parts_[i].drawn.push_back({0, drawn_end_});
    }
  }

  absl::Status OpenVoices() {
    bool opens = false, keeps = false;
    plan_.last_notes.resize(plan_.sheet.voices.size());
    for (const SheetVoice& voice : plan_.sheet.voices) plan_.lines.push_back(voice.notes);
    for (PlannedPart& part : parts_) {
      part.drawn = Merged(std::move(part.drawn));
      for (const int v : part.voices) {
        MAGENTA_RETURN_IF_ERROR(OpenIn(part, plan_.sheet.voices[v]));
        for (VoiceNote& note : plan_.lines[v]) {
          const OpenRange* range = OpenAt(plan_.sheet.voices[v], note.start);
          if (range != nullptr) note.end = std::min(note.end, range->until);
        }
        opens = opens || !plan_.sheet.voices[v].open.empty();
        keeps = keeps || plan_.sheet.voices[v].keep != Keep::kNothing;
      }
    }
    if (!opens) {
      return UsageError("nothing is left to draw: given notes sound all through what is asked for",
                        "Ask for more");
    }
    if (args_.parts.keep == Keep::kNothing || keeps) return absl::OkStatus();
    return UsageError("the argument keep is of notes that are drawn anew, and there are none",
                      "Leave it out, or fill or vary bars with notes");
  }

  /// Takes the notes that go out of `voice`, and opens it there.
  absl::Status OpenIn(const PlannedPart& part, SheetVoice& voice) const {
    std::vector<StepRange> ranges = part.drawn;
    std::vector<VoiceNote> stay, go;
    for (const VoiceNote& note : voice.notes) {
      const bool is_filled = Holds(part.drawn, note.start);
      const bool is_varied = part.varied.contains(note.start);
      if (is_varied && !is_filled) ranges.push_back({note.start, note.end});
      (is_filled || is_varied ? go : stay).push_back(note);
    }
    voice.notes = std::move(stay);
    for (StepRange range : Merged(std::move(ranges))) {
      range.end = std::min(range.end, drawn_end_);
      const VoiceNote* before = NoteAt(voice, range.start);
      if (before != nullptr) range.start = before->end;
      if (range.start < range.end) voice.open.push_back({range.start, range.end, 0});
    }
    for (size_t i = 0; i < voice.open.size(); ++i) {
      const bool is_last = i + 1 == voice.open.size();
      voice.open[i].until =
          EndOfSound(voice, voice.open[i], go, is_last ? drawn_end_ : voice.open[i + 1].start);
    }
    if (args_.parts.keep == Keep::kNothing || part.is_new) return absl::OkStatus();
    if (!voice.open.empty() && voice.open.back().end > std::max(music_end_, notes_end_)) {
      return UsageError(
          "the argument keep is of notes that are drawn anew, and the music after the "
          "piece has none",
          "Continue without it");
    }
    if (go.empty()) return absl::OkStatus();
    voice.keep = args_.parts.keep;
    voice.kept = std::move(go);
    return absl::OkStatus();
  }

  /// Up to where may sound what begins in `range`: to the next given note or `latest`, but without
  /// one no longer than what was there (`gone`).
  static int64_t EndOfSound(const SheetVoice& voice, const OpenRange& range,
                            const std::vector<VoiceNote>& gone, int64_t latest) {
    if (const VoiceNote* next = NextNote(voice, range.end - 1))
      return std::min(next->start, latest);
    int64_t end = range.end;
    for (const VoiceNote& note : gone) {
      if (note.start >= range.start && note.start < range.end) end = std::max(end, note.end);
    }
    return std::min(end, latest);
  }

  void FindRedrawn() {
    for (int i = 0; i < quantized_.notes_size(); ++i) {
      const auto& note = quantized_.notes(i);
      if (note.is_drum()) continue;
      const auto part = std::find_if(parts_.begin(), parts_.end(), [&](const PlannedPart& planned) {
        return !planned.is_new && planned.part.instrument == note.instrument();
      });
      if (part == parts_.end()) continue;
      const int64_t start = note.quantized_start_step();
      if (Holds(part->drawn, start) || part->varied.contains(start)) plan_.redrawn.push_back(i);
    }
  }

  /// Limits of pitch that contradict what is given.
  absl::Status CheckPitches() const {
    if (!args_.pitches.given()) return absl::OkStatus();
    const auto scale = ScaleOfLimits(args_.pitches, plan_.key);
    const PitchSet allowed = AllowedPitches(args_.pitches, scale);
    const PitchSet in_scale =
        AllowedPitches({args_.pitches.key, args_.pitches.scale, 0, 127}, scale);
    int64_t given = 0, fit = 0, kept = 0, kept_fit = 0;
    for (const SheetVoice& voice : plan_.sheet.voices) {
      for (const VoiceNote& note : voice.notes) ++given, fit += in_scale[note.pitch] ? 1 : 0;
      if (voice.keep != Keep::kPitches) continue;
      for (const VoiceNote& note : voice.kept) ++kept, kept_fit += allowed[note.pitch] ? 1 : 0;
    }
    if (given > 0 && fit == 0) {
      return UsageError(fmt::format("{} holds none of the {} that {} given", scale->Text(),
                                    Counted(given, "note", "notes"), given == 1 ? "is" : "are"),
                        "Choose a key and scale that have some, or leave them out");
    }
    if (kept_fit < kept) {
      return UsageError(
          fmt::format("keep=pitches keeps {} that key, scale, min_pitch and max_pitch forbid",
                      Counted(kept - kept_fit, "pitch", "pitches")),
          "Leave keep or the limits out");
    }
    return absl::OkStatus();
  }

  /// Octaves that bring `pitch` to one that is played: the fewest. What has none stays.
  int Playable(int pitch) const {
    for (int octaves = 0; octaves <= 10; ++octaves) {
      for (const int moved : {pitch - 12 * octaves, pitch + 12 * octaves}) {
        if (moved >= 0 && moved <= 127 && playable_[moved]) return moved;
      }
    }
    return pitch;
  }

  void MoveIntoRange() {
    const auto move = [&](std::vector<VoiceNote>& notes) {
      int64_t moved = 0;
      for (VoiceNote& note : notes) {
        const int playable = Playable(note.pitch);
        moved += playable != note.pitch ? 1 : 0;
        note.pitch = playable;
      }
      return moved;
    };
    for (auto& line : plan_.lines) move(line);
    int64_t moved = 0;
    for (SheetVoice& voice : plan_.sheet.voices) {
      moved += move(voice.notes) + move(voice.kept);
    }
    if (moved == 0) return;
    int low = 0, high = 127;
    while (low < high && !playable_[low]) ++low;
    while (high > low && !playable_[high]) --high;
    plan_.notes.push_back(
        fmt::format("{} outside the model's range, {} to {}: heard octaves nearer, "
                    "kept as played",
                    Counted(moved, "note", "notes"), PitchText(low), PitchText(high)));
  }

  /// Where the last chord may begin: all voices that are drawn to the end are open from there on,
  /// and nothing that is given sounds. `voices`: those that are drawn. Else a reason why not.
  std::optional<int64_t> LastOnset(std::vector<size_t>& voices, std::string& reason) const {
    int64_t open_from = 0, given_to = 0;
    for (size_t v = 0; v < plan_.sheet.voices.size(); ++v) {
      const SheetVoice& voice = plan_.sheet.voices[v];
      const bool is_drawn = voice.keep == Keep::kNothing && !voice.open.empty() &&
                            voice.open.back().end == drawn_end_;
      if (is_drawn) {
        voices.push_back(v);
        open_from = std::max(open_from, voice.open.back().start);
      }
      if (!voice.notes.empty()) given_to = std::max(given_to, voice.notes.back().end);
      if (!voice.kept.empty()) given_to = std::max(given_to, voice.kept.back().end);
    }
    const std::vector<int64_t> onsets = LastOnsets(LastBarOf(plan_.sheet, drawn_end_), open_from);
    if (voices.empty()) {
      reason = "nothing is drawn at the end of the piece";
    } else if (onsets.empty()) {
      reason = "no beat of the last bar is drawn";
    } else if (given_to > onsets.back()) {
      reason = "what is given ends the piece";
    } else {
      return onsets.back();
    }
    return std::nullopt;
  }

  /// That of the request, or of what is given.
  std::optional<NamedKey> KeyOfEnd() const {
    if (args_.pitches.key.has_value()) return args_.pitches.key;
    TwelveCounts sounding{};
    bool sounds = false;
    for (const SheetVoice& voice : plan_.sheet.voices) {
      for (const VoiceNote& note : voice.notes) {
        sounding[note.pitch % 12] += static_cast<int>(note.end - note.start);
        sounds = true;
      }
    }
    return sounds ? std::optional(KeyOfDurations(sounding)) : std::nullopt;
  }

  /// The notes with which the music ends stand on the sheet, so that it leads there.
  void GiveLastChord() {
    std::vector<size_t> voices;
    std::string reason;
    const auto onset = LastOnset(voices, reason);
    const auto key = KeyOfEnd();
    if (!key.has_value()) reason = "neither notes nor a key say what the tonic is";
    if (!onset.has_value() || !key.has_value()) {
      plan_.notes.push_back(
          fmt::format("ending: {}, so the model is told that the piece ends, and no more", reason));
      return;
    }
    std::vector<double> middles;
    for (const size_t v : voices) middles.push_back(MeanPitch(plan_.sheet.voices[v]));
    const PitchSet allowed =
        AllowedPitches(args_.pitches, ScaleOfLimits(args_.pitches, plan_.key)) & playable_;
    const auto chord = LastChord(middles, *key, allowed);
    std::vector<std::string> names;
    for (size_t i = 0; i < voices.size(); ++i) {
      if (!chord[i].has_value()) continue;
      SheetVoice& voice = plan_.sheet.voices[voices[i]];
      OpenRange& range = voice.open.back();
      range.end = range.until = *onset;
      if (range.start == range.end) voice.open.pop_back();
      plan_.last_notes[voices[i]] = voice.notes.emplace_back(
          VoiceNote{.start = *onset, .end = drawn_end_, .pitch = *chord[i]});
      names.push_back(PitchText(*chord[i]));
    }
    if (names.empty()) names.emplace_back("no tone that is allowed");
    plan_.notes.push_back(fmt::format("ending: {} in bar {}, on the tonic of {}",
                                      fmt::join(names, ", "), Bars(plan_.sheet).BarAt(*onset),
                                      KeyText(*key)));
  }

  void SayWhatIsDrawn() {
    const Bars bars(plan_.sheet);
    std::vector<std::string> drawn;
    bool is_given = false;
    for (const PlannedPart& part : parts_) {
      const SheetVoice& voice = plan_.sheet.voices[part.voices.front()];
      for (const int v : part.voices) is_given = is_given || !plan_.sheet.voices[v].notes.empty();
      if (voice.open.empty()) continue;
      const std::string name = part.is_new ? part.part.name + ", new" : PartText(part.part);
      std::vector<std::string> ranges;
      for (const OpenRange& range : voice.open) {
        std::string text = BarsText(bars.BarAt(range.start), bars.BarAt(range.end - 1));
        if (ranges.empty() || ranges.back() != text) ranges.push_back(std::move(text));
      }
      constexpr size_t kMostShown = 4;
      if (ranges.size() > kMostShown) {
        ranges.resize(kMostShown);
        ranges.emplace_back("...");
      }
      drawn.push_back(fmt::format("{} in {}", name, fmt::join(ranges, ", ")));
    }
    plan_.notes.push_back(fmt::format("drawn: {}", fmt::join(drawn, "; ")));
    if (!is_given) {
      plan_.notes.emplace_back("nothing is given outside that: it is written freely");
    }
  }

  static constexpr uint32_t kVarySalt = 0x76617279;  // "vary"
  static constexpr int kMostInstrument = 1 << 30;

  const MusicKind& kind_;
  const GenerateArgs& args_;
  const PitchSet& playable_;
  const uint32_t seed_;
  GeneratorOptions options_;
  std::vector<Part> parts_there_;
  std::optional<Part> primer_part_;
  NoteSequence quantized_;
  std::vector<PlannedPart> parts_;  // as their voices stand in the sheet
  std::set<int> placed_;            // new parts that an area within the music names
  int64_t notes_end_ = 0;           // of what is heard
  int64_t music_end_ = 0;           // of its last bar, as it is written; 0 without notes
  int64_t drawn_end_ = 0;           // nothing is open after it
  PartsPlan plan_;
};

}  // namespace

double PartsPlan::SecondsAt(int64_t tick) const {
  const double seconds = static_cast<double>(tick) * kTickGrid.StepSeconds(qpm);
  // Where the sheet begins a little before the music, so that bar lines stand on ticks, no note
  // does.
  return straight.has_value() ? std::max(0.0, straight->Restore(seconds)) : seconds;
}

absl::StatusOr<PartsPlan> PlanParts(const MusicKind& kind, const GenerateSequenceRequest& request,
                                    const GenerateArgs& args, const PitchSet& playable,
                                    uint32_t seed) {
  return PartsPlanner(kind, args, playable, seed).Plan(request);
}

}  // namespace magenta
