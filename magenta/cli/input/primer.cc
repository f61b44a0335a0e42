#include "magenta/cli/input/primer.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/music_input.h"
#include "magenta/cli/input/typed_melody.h"
#include "magenta/io/drums/drum_primer.h"
#include "magenta/io/music/piece_choice.h"
#include "magenta/io/music/read_music.h"
#include "magenta/music/key.h"
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
absl::Status SetPiece(const PrimerFlags& flags, const std::string& part, const MusicKind& kind,
                      Grid grid, PrimerMusic& primer) {
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
  MAGENTA_ASSIGN_OR_RETURN(const MusicEnd end, EndOfNotes(sequence, kind, grid, primer.part));
  primer.end = end.seconds;
  primer.steps = end.steps;
  primer.qpm = end.qpm;
  return absl::OkStatus();
}

absl::StatusOr<PrimerMusic> FromFile(const PrimerFlags& flags, const MusicKind& kind, Grid grid) {
  PrimerMusic primer;
  std::string part = flags.part;
  MAGENTA_ASSIGN_OR_RETURN(primer.sequence, ReadPieceMeant(flags.midi, part, primer.notes));
  for (std::string& note : primer.notes) note.insert(0, flags.midi + ": ");
  const absl::Status set = SetPiece(flags, part, kind, grid, primer);
  if (set.ok()) return primer;
  const char* melody = "Give a file with a melody, or --primer_melody=\"[60]\"";
  const char* drums = "Give a file with drums, or --primer_drums=\"[(36,)]\"";
  return WithRemedy(WithFile(set, flags.midi), kind.plays_drums() ? drums : melody);
}

absl::StatusOr<PrimerMusic> FromAbc(const PrimerFlags& flags, const std::string& text,
                                    const MusicKind& kind, Grid grid) {
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
  const absl::Status set = SetPiece(flags, "", kind, grid, primer);
  if (!set.ok()) {
    return UsageError("--primer_melody, read as ABC, " + ErrorMessage(set),
                      "Give at least one note");
  }
  return primer;
}

absl::StatusOr<PrimerMusic> FromTyped(const PrimerFlags& flags, const MusicKind& kind, Grid grid) {
  MAGENTA_ASSIGN_OR_RETURN(TypedMelody typed, ReadTypedMelody(flags.melody));
  if (const auto* abc = std::get_if<TypedAbc>(&typed)) {
    return FromAbc(flags, abc->text, kind, grid);
  }
  return FromEvents(std::get<std::vector<Event>>(std::move(typed)), flags.qpm.value_or(kDefaultQpm),
                    grid);
}

/// A list of steps, or a drum grid with bars.
absl::StatusOr<PrimerMusic> FromDrums(const PrimerFlags& flags, const MusicKind& kind, Grid grid) {
  DrumPrimerOptions options;
  options.steps_per_quarter = grid.steps_per_quarter();
  options.qpm = flags.qpm.value_or(kDefaultQpm);
  auto drums = ParseDrumPrimer(flags.drums, options);
  if (!drums.ok()) {
    return UsageError("--primer_drums: " + ErrorMessage(drums.status()),
                      "Give a list of steps, --primer_drums=\"[(36, 42), (), (42,)]\", or a grid, "
                      "\"grid: 8; CH |xxxxxxxx|; BD |x---x---|\"");
  }
  PrimerMusic primer;
  primer.sequence = *std::move(drums);
  const absl::Status set = SetPiece(flags, "", kind, grid, primer);
  if (!set.ok()) {
    return UsageError("--primer_drums " + ErrorMessage(set), "Strike at least one drum");
  }
  const size_t first = flags.drums.find_first_not_of(" \t\r\n");
  primer.is_piece = flags.drums[first] != '[' && flags.drums[first] != '(';
  return primer;
}

absl::StatusOr<PrimerMusic> FromDefault(const PrimerFlags& flags, const MusicKind& kind,
                                        Grid grid) {
  PrimerMusic primer;
  primer.qpm = flags.qpm.value_or(kDefaultQpm);
  const DefaultPrimer start = kind.MakeDefaultPrimer(primer.qpm, grid);
  primer.sequence = start.sequence;
  primer.end = start.sequence.total_time();
  primer.steps = 1;
  primer.is_default = true;
  primer.notes.push_back(
      fmt::format("no primer is given: starting from {} ({})", start.name,
                  kind.plays_drums() ? "--primer_drums=\"[(36,)]\"" : "--primer_melody=\"[60]\""));
  return primer;
}

/// A typed primer that the model's kind can't hear.
absl::Status CheckTyped(const PrimerFlags& flags, const MusicKind& kind) {
  if (kind.plays_drums() && !flags.melody.empty()) {
    return UsageError("--primer_melody is a melody, and the model plays drums",
                      "Give --primer_drums=\"[(36, 42), (), (42,)]\", or a file: --primer_midi");
  }
  if (!kind.plays_drums() && !flags.drums.empty()) {
    return UsageError(
        fmt::format("--primer_drums is of drums, and the model makes {}", kind.names().many),
        "Give --primer_melody, or a model of drums: --config=drum_kit");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PrimerMusic> ReadPrimerFlags(const PrimerFlags& flags, const MusicKind& kind,
                                            Grid grid) {
  MAGENTA_RETURN_IF_ERROR(CheckTyped(flags, kind));
  const bool typed = !flags.melody.empty() || !flags.drums.empty();
  if (!flags.part.empty() && (flags.midi.empty() || typed)) {
    return UsageError("--primer_part chooses a part of the file that --primer_midi names",
                      "Give --primer_midi alone, or leave --primer_part out");
  }
  if (typed) {
    const bool drums = !flags.drums.empty();
    auto primer = drums ? FromDrums(flags, kind, grid) : FromTyped(flags, kind, grid);
    if (primer.ok() && !flags.midi.empty()) {
      primer->notes.push_back(fmt::format("--primer_{} counts, --primer_midi={} does not",
                                          drums ? "drums" : "melody", flags.midi));
    }
    return primer;
  }
  return flags.midi.empty() ? FromDefault(flags, kind, grid) : FromFile(flags, kind, grid);
}

absl::StatusOr<std::optional<int>> ParsePrimerKeyFlag(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::optional<int> key = ParseMajorKey(text);
  if (key.has_value()) return key;
  return NoKeyError("--primer_key", text);
}

absl::StatusOr<GenerateSequenceRequest> MakeRequest(const PrimerMusic& primer,
                                                    const ContinuationOptions& options) {
  return ContinuationOf(primer.sequence, {primer.end, primer.steps, primer.qpm},
                        primer.is_default ? CountingMusic(options) : options);
}

}  // namespace magenta::cli
