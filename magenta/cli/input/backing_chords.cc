#include "magenta/cli/input/backing_chords.h"

#include <fmt/core.h>

#include <algorithm>

#include "magenta/base/status.h"

namespace magenta::cli {

void BackingChordFlags::Describe(Flags& flags) {
  flags
      .Text("backing_chords", &text,
            "Chords to play over, as symbols by blanks: \"C G Am7 F/A\"; N.C. is none. They repeat "
            "where they are shorter than the music. For models of lead sheets.")
      .Value("CHORDS")
      .Default("the primer file's own; without one C G Am F C G F C");
  flags.Int("steps_per_chord", &steps_per_chord, "Steps that each of them lasts.")
      .Range(1, 1 << 16)
      .Default("a bar: 16 in 4/4, 12 in 3/4");
  flags
      .Text("chords_from", &from,
            "Where they begin: at the start of the primer, or with the new music.")
      .Choices({"start", "new"})
      .Default("new after a piece, else start");
  flags.Bool("render_chords", &render, "Let the chords sound too, on a pad.");
}

absl::Status BackingChordFlags::Check(const Flags& flags) const {
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

bool BackingChordFlags::TakeDefault(const PrimerMusic& primer) {
  const auto& texts = primer.sequence.text_annotations();
  if (given() || primer.is_piece || std::any_of(texts.begin(), texts.end(), IsChordSymbol)) {
    return false;
  }
  text = "C G Am F C G F C";
  return true;
}

absl::Status BackingChordFlags::SetLength(const PrimerMusic& primer, Grid grid,
                                          ContinuationOptions& length) const {
  const double start = FromNew(primer) ? primer.end : 0;
  const BackingChords chords = WithSteps(Chords(), primer.sequence, start, grid);
  return LengthOfChords(chords, FromNew(primer), primer.steps, length);
}

absl::Status BackingChordFlags::AddTo(const PrimerMusic& primer, Grid grid,
                                      GenerateSequenceRequest& request,
                                      std::vector<std::string>& notes) const {
  return AddBackingChords(Chords(), FromNew(primer), grid, request, notes);
}

}  // namespace magenta::cli
