#include "magenta/cli/input/backing_chords.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "magenta/base/status.h"
#include "magenta/music/tempo_map.h"

namespace magenta::cli {
namespace {

constexpr double kOnStep = 1e-6;

bool IsChordSymbol(const NoteSequence::TextAnnotation& text) {
  return text.annotation_type() == NoteSequence::TextAnnotation::CHORD_SYMBOL;
}

}  // namespace

std::vector<std::string> SplitChords(const std::string& text) {
  std::vector<std::string> chords(1);
  for (const char c : text) {
    if (c == ' ' || c == ',' || c == '|' || c == '\t' || c == '\n') {
      if (!chords.back().empty()) chords.emplace_back();
    } else {
      chords.back() += c;
    }
  }
  if (chords.back().empty()) chords.pop_back();
  return chords;
}

void BackingChords::Describe(Flags& flags) {
  flags
      .Text("backing_chords", &text,
            "Chords to play over, as symbols by blanks: \"C G Am7 F/A\"; N.C. is none. They repeat "
            "where they are shorter than the music. For models of lead sheets.")
      .Value("CHORDS")
      .Default("the primer file's own; without one C G Am F C G F C");
  flags.Int("steps_per_chord", &steps_per_chord, "Steps that each of them lasts.")
      .Range(1, 1 << 16);
  flags
      .Text("chords_from", &from,
            "Where they begin: at the start of the primer, or with the new music.")
      .Choices({"start", "new"})
      .Default("new after a piece, else start");
  flags.Bool("render_chords", &render, "Let the chords sound too, on a pad.");
}

absl::Status BackingChords::Check(const Flags& flags) const {
  if (given()) {
    if (!SplitChords(text).empty()) return absl::OkStatus();
    return UsageError("--backing_chords holds no chord",
                      "Give some: --backing_chords=\"C G Am F\"");
  }
  for (const char* name : {"steps_per_chord", "chords_from"}) {
    if (flags.Given(name)) {
      return UsageError(fmt::format("--{} is of --backing_chords, and there are none", name),
                        "Give both or neither");
    }
  }
  return absl::OkStatus();
}

bool BackingChords::TakeDefault(const PrimerMusic& primer) {
  const auto& texts = primer.sequence.text_annotations();
  if (given() || primer.is_piece || std::any_of(texts.begin(), texts.end(), IsChordSymbol)) {
    return false;
  }
  text = "C G Am F C G F C";
  return true;
}

absl::Status BackingChords::SetLength(const PrimerMusic& primer,
                                      ContinuationOptions& length) const {
  const int64_t steps = static_cast<int64_t>(SplitChords(text).size()) * steps_per_chord;
  if (FromNew(primer)) {
    length.new_steps = steps;
    return absl::OkStatus();
  }
  if (static_cast<double>(steps) <= primer.steps) {
    return UsageError(
        fmt::format("the primer takes {:.6g} steps, the chords {}, and no new step would be left",
                    std::ceil(primer.steps - kOnStep), steps),
        "Give more chords, or --bars: they repeat");
  }
  length.num_steps = steps;
  return absl::OkStatus();
}

void BackingChords::AddTo(const PrimerMusic& primer, Grid grid, GenerateSequenceRequest& request,
                          std::vector<std::string>& notes) const {
  const std::vector<std::string> chords = SplitChords(text);
  NoteSequence& input = *request.mutable_input_sequence();
  const auto& section = request.generator_options().generate_sections(0);
  const TempoMap tempos(input);
  const bool from_new = FromNew(primer);
  const double start = from_new ? section.start_time() : 0;
  auto& texts = *input.mutable_text_annotations();
  texts.erase(
      std::remove_if(texts.begin(), texts.end(),
                     [&](const auto& own) { return IsChordSymbol(own) && own.time() >= start; }),
      texts.end());
  const double first = tempos.QuartersAt(start);
  const double per_chord = steps_per_chord / grid.StepsPerQuarter(primer.qpm);
  const double quarters = tempos.QuartersAt(section.end_time()) - first;
  const auto needed = static_cast<size_t>(std::ceil(quarters / per_chord - kOnStep));
  for (size_t i = 0; i < needed; ++i) {
    auto& symbol = *texts.Add();
    symbol.set_time(i == 0 ? start : tempos.SecondsAt(first + static_cast<double>(i) * per_chord));
    symbol.set_text(chords[i % chords.size()]);
    symbol.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  }
  if (from_new) notes.emplace_back("the chords begin where the new music begins");
  if (needed > chords.size()) {
    notes.push_back(
        fmt::format("{} {} shorter than the music: repeated",
                    chords.size() == 1 ? "one chord" : fmt::format("{} chords", chords.size()),
                    chords.size() == 1 ? "is" : "are"));
  } else if (needed < chords.size()) {
    notes.push_back(fmt::format("of {} chords the last {} begin too late", chords.size(),
                                chords.size() - needed));
  }
}

}  // namespace magenta::cli
