#include "magenta/cli/input/primer.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/music_input.h"
#include "magenta/cli/input/typed_melody.h"
#include "magenta/io/music/piece_choice.h"
#include "magenta/io/music/read_music.h"
#include "magenta/music/melody.h"

namespace magenta::cli {
namespace {

constexpr double kDefaultQpm = 120;
constexpr char kPartFlag[] = "--primer_part";

absl::StatusOr<PrimerMusic> FromEvents(std::vector<Event> events, double qpm, Grid grid) {
  PrimerMusic primer;
  primer.steps = static_cast<double>(events.size());
  MAGENTA_ASSIGN_OR_RETURN(const Melody melody,
                           Melody::FromEvents(std::move(events), 4 * grid.steps_per_quarter(),
                                              grid.steps_per_quarter()));
  primer.sequence = melody.ToSequence(qpm);
  primer.qpm = qpm;
  primer.end = primer.steps * grid.StepSeconds(qpm);
  return primer;
}

/// Which of the file's several pieces is chosen. What of `part` is not used up stays.
absl::StatusOr<size_t> PieceMeant(const std::vector<PieceName>& names, const std::string& file,
                                  std::string& part) {
  if (part.empty()) {
    return UsageError(
        fmt::format("{} holds {} pieces; a primer is one", file, names.size()),
        fmt::format("Choose one by {}=NUMBER, or =TITLE. {}", kPartFlag, PieceList(names)));
  }
  const auto found = ChoosePiece(names, kPartFlag, part);
  if (!found.ok()) return WithFile(found.status(), file);
  return *found;
}

/// The piece that is meant: the only one, or the chosen one. Of all the others their names are
/// held, so that a TFRecord may be of any length; it is read twice.
absl::StatusOr<NoteSequence> ReadPieceMeant(const std::string& file, std::string& part,
                                            std::vector<std::string>& warnings) {
  MAGENTA_ASSIGN_OR_RETURN(MusicPieces pieces, MusicPieces::Open(file, warnings, true));
  std::vector<PieceName> names;
  while (!pieces.at_end()) {
    MAGENTA_ASSIGN_OR_RETURN(std::optional<NoteSequence> piece, pieces.Next());
    if (names.empty() && pieces.at_end()) return *std::move(piece);
    names.push_back(OwnName(*piece));
  }
  NumberPieces(names);
  MAGENTA_ASSIGN_OR_RETURN(const size_t chosen, PieceMeant(names, file, part));
  std::vector<std::string> said_already;
  MAGENTA_ASSIGN_OR_RETURN(pieces, MusicPieces::Open(file, said_already, true));
  for (size_t i = 0;; ++i) {
    MAGENTA_ASSIGN_OR_RETURN(std::optional<NoteSequence> piece, pieces.Next());
    if (!piece.has_value()) return InputError(file, "changed while it was read");
    if (i == chosen) return *std::move(piece);
  }
}

/// Completes `primer`, whose sequence is a piece, by `flags`; `part` of it is chosen.
absl::Status SetPiece(const PrimerFlags& flags, const std::string& part, Grid grid,
                      PrimerMusic& primer) {
  NoteSequence& sequence = primer.sequence;
  primer.is_piece = true;
  if (sequence.tempos_size() == 0) {
    sequence.add_tempos()->set_qpm(flags.qpm.value_or(kDefaultQpm));
  } else if (flags.qpm.has_value() && *flags.qpm != sequence.tempos(0).qpm()) {
    primer.notes.push_back(
        fmt::format("the primer's own tempo, {:.6g}, is used instead of --qpm={:.6g}",
                    sequence.tempos(0).qpm(), *flags.qpm));
  }
  const auto& groups = sequence.section_groups();
  if (std::any_of(groups.begin(), groups.end(),
                  [](const auto& group) { return group.num_times() > 1; })) {
    primer.notes.emplace_back("the primer's repeats are heard once, as written");
  }
  if (!part.empty()) {
    MAGENTA_ASSIGN_OR_RETURN(primer.part, FindPart(PartsOf(sequence), part, kPartFlag));
    primer.notes.push_back(fmt::format("part {} is continued", PartText(*primer.part)));
  }
  MAGENTA_ASSIGN_OR_RETURN(const MusicEnd end, EndOfNotes(sequence, grid, primer.part));
  primer.end = end.seconds;
  primer.steps = end.steps;
  primer.qpm = end.qpm;
  return absl::OkStatus();
}

absl::StatusOr<PrimerMusic> FromFile(const PrimerFlags& flags, Grid grid) {
  PrimerMusic primer;
  std::string part = flags.part;
  MAGENTA_ASSIGN_OR_RETURN(primer.sequence, ReadPieceMeant(flags.midi, part, primer.notes));
  for (std::string& note : primer.notes) note.insert(0, flags.midi + ": ");
  const absl::Status set = SetPiece(flags, part, grid, primer);
  if (set.ok()) return primer;
  return WithRemedy(WithFile(set, flags.midi),
                    "Give a file with a melody, or --primer_melody=\"[60]\"");
}

absl::StatusOr<PrimerMusic> FromAbc(const PrimerFlags& flags, const std::string& text, Grid grid) {
  auto reading = ReadMusicBytes(text, {MusicFormat::kAbc});
  if (reading.ok() && !FirstFailure(*reading).ok()) reading = FirstFailure(*reading);
  if (!reading.ok()) {
    return UsageError(
        fmt::format("--primer_melody, read as ABC, {}", ErrorMessage(reading.status())),
        "Write it as --primer_melody=\"abc: K:G GABc d2 B2 |\"");
  }
  if (reading->pieces.size() > 1) {
    return UsageError(
        fmt::format("--primer_melody holds {} tunes; a primer is one", reading->pieces.size()),
        "Give one, or a file: --primer_midi=BOOK.abc --primer_part=NUMBER");
  }
  PrimerMusic primer;
  for (const std::string& line : reading->pieces[0].warnings) {
    primer.notes.push_back("--primer_melody: left out: " + line);
  }
  primer.sequence = WholePiece(std::move(reading->pieces[0]));
  const absl::Status set = SetPiece(flags, "", grid, primer);
  if (!set.ok()) {
    return UsageError("--primer_melody, read as ABC, " + ErrorMessage(set),
                      "Give at least one note");
  }
  return primer;
}

absl::StatusOr<PrimerMusic> FromTyped(const PrimerFlags& flags, Grid grid) {
  MAGENTA_ASSIGN_OR_RETURN(TypedMelody typed, ReadTypedMelody(flags.melody));
  if (const auto* abc = std::get_if<TypedAbc>(&typed)) {
    return FromAbc(flags, abc->text, grid);
  }
  return FromEvents(std::get<std::vector<Event>>(std::move(typed)), flags.qpm.value_or(kDefaultQpm),
                    grid);
}

}  // namespace

absl::StatusOr<PrimerMusic> ReadPrimerFlags(const PrimerFlags& flags, Grid grid) {
  if (!flags.part.empty() && (flags.midi.empty() || !flags.melody.empty())) {
    return UsageError("--primer_part chooses a part of the file that --primer_midi names",
                      "Give --primer_midi alone, or leave --primer_part out");
  }
  if (!flags.melody.empty()) {
    auto primer = FromTyped(flags, grid);
    if (primer.ok() && !flags.midi.empty()) {
      primer->notes.push_back("--primer_melody counts, --primer_midi=" + flags.midi + " does not");
    }
    return primer;
  }
  if (!flags.midi.empty()) return FromFile(flags, grid);
  constexpr Event kMiddleC = 60;
  MAGENTA_ASSIGN_OR_RETURN(PrimerMusic primer,
                           FromEvents({kMiddleC}, flags.qpm.value_or(kDefaultQpm), grid));
  primer.is_default = true;
  primer.notes.emplace_back(
      "no primer is given: starting from middle C (--primer_melody=\"[60]\")");
  return primer;
}

absl::StatusOr<GenerateSequenceRequest> MakeRequest(const PrimerMusic& primer,
                                                    const ContinuationOptions& options) {
  return ContinuationOf(primer.sequence, {primer.end, primer.steps, primer.qpm},
                        primer.is_default ? CountingMusic(options) : options);
}

}  // namespace magenta::cli
