#include "magenta/cli/input/primer.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/music_input.h"
#include "magenta/io/music/piece_choice.h"
#include "magenta/music/key.h"
#include "magenta/request/section.h"

namespace magenta::cli {
namespace {

constexpr double kDefaultQpm = 120;
constexpr char kPartFlag[] = "--primer_part";

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

/// Whether `part` is no part of `piece` but its title or number: of several, of which no other can
/// be read.
bool IsTitle(const NoteSequence& piece, const std::string& part) {
  if (part.empty() || FindPart(PartsOf(piece), part, kPartFlag).ok()) return false;
  const PieceName name = OwnName(piece);
  std::string wanted = part;
  return ChoosePiece({name}, kPartFlag, wanted).ok() && wanted.empty() &&
         (part.size() == name.title.size() || part == fmt::format("{}", name.number));
}

/// The piece that is meant: the only one, or the chosen one. Of all the others their names are
/// held, so that a TFRecord may be of any length; it is read twice.
absl::StatusOr<NoteSequence> ReadPieceMeant(const std::string& file, std::string& part,
                                            std::vector<std::string>& warnings) {
  MAGENTA_ASSIGN_OR_RETURN(MusicPieces pieces, MusicPieces::Open(file, warnings, true));
  std::vector<PieceName> names;
  while (!pieces.at_end()) {
    MAGENTA_ASSIGN_OR_RETURN(std::optional<NoteSequence> piece, pieces.Next());
    if (names.empty() && pieces.at_end()) {
      if (IsTitle(*piece, part)) part.clear();
      return *std::move(piece);
    }
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
  MAGENTA_RETURN_IF_ERROR(OfMusicFile(CheckPlayable(primer.sequence), flags.midi));
  for (std::string& note : primer.notes) note.insert(0, flags.midi + ": ");
  const absl::Status set =
      WithFile(OfMusicFile(SetPiece(flags, part, kind, grid, primer), flags.midi), flags.midi);
  if (set.ok()) return primer;
  const PrimerTyping typing = kind.primer_typing();
  if (typing.flag.empty()) return set;
  return WithRemedy(set, fmt::format("Give a file with {}, or --{}=\"{}\"", typing.holds,
                                     typing.flag, typing.shortest));
}

/// The ways in which primers of `kind` are typed; the first goes before the other.
std::vector<PrimerTyping> TypingsOf(const MusicKind& kind) {
  std::vector<PrimerTyping> typings;
  for (const PrimerTyping& typing : {kind.primer_typing(), kind.other_typing()}) {
    if (!typing.flag.empty()) typings.push_back(typing);
  }
  return typings;
}

/// What was typed for a flag of the kind's own.
absl::StatusOr<PrimerMusic> FromTyped(const PrimerFlags& flags, std::string_view flag,
                                      const std::string& text, const MusicKind& kind, Grid grid) {
  const double qpm = flags.qpm.value_or(kDefaultQpm);
  MAGENTA_ASSIGN_OR_RETURN(TypedPrimer typed, flag == kind.primer_typing().flag
                                                  ? kind.ParsePrimer(text, qpm, grid)
                                                  : kind.ParseOtherPrimer(text, qpm, grid));
  PrimerMusic primer;
  primer.sequence = std::move(typed.sequence);
  primer.notes = std::move(typed.notes);
  if (typed.steps.has_value()) {
    primer.steps = static_cast<double>(*typed.steps);
    primer.qpm = qpm;
    primer.end = primer.steps * grid.StepSeconds(qpm);
    return primer;
  }
  const absl::Status set = SetPiece(flags, "", kind, grid, primer);
  if (set.ok()) return primer;
  return UsageError(fmt::format("--{} {}", flag, ErrorMessage(set)), "Give at least one note");
}

absl::StatusOr<PrimerMusic> FromDefault(const PrimerFlags& flags, const MusicKind& kind,
                                        Grid grid) {
  PrimerMusic primer;
  primer.is_default = true;
  primer.qpm = flags.qpm.value_or(kDefaultQpm);
  if (kind.plays_parts()) {  // a piece of its own
    primer.sequence.add_tempos()->set_qpm(primer.qpm);
    return primer;
  }
  const DefaultPrimer start = kind.MakeDefaultPrimer(primer.qpm, grid);
  primer.sequence = start.sequence;
  primer.end = start.sequence.total_time();
  primer.steps = start.sequence.notes().empty() ? 0 : 1;
  const PrimerTyping typing = kind.primer_typing();
  primer.notes.push_back(fmt::format("no primer is given: starting from {}", start.name));
  if (!typing.flag.empty()) {
    primer.notes.back() += fmt::format(" (--{}=\"{}\")", typing.flag, typing.shortest);
  }
  return primer;
}

/// The error of a primer that was typed by `flag`, which models of `kind` don't take.
absl::Status TypedForOthers(std::string_view flag, const MusicKind& kind) {
  const PrimerTyping own = kind.primer_typing();
  std::string remedy = "Give a file: --primer_midi";
  if (!own.flag.empty()) {
    remedy = fmt::format("Give --{}=\"{}\", or a file: --primer_midi", own.flag, own.example);
  }
  std::string others;
  for (const ModelSpec* model : KnownModels()) {
    for (const PrimerTyping& typing : TypingsOf(*model->kind)) {
      if (typing.flag == flag) others += (others.empty() ? "" : ", ") + model->id;
    }
  }
  if (!others.empty()) remedy += fmt::format("; --{} is for --config={}", flag, others);
  return UsageError(
      fmt::format("--{} is for other models: this one makes {}", flag, kind.names().many), remedy);
}

}  // namespace

std::vector<std::pair<PrimerTyping, const ModelSpec*>> PrimerTypings() {
  std::vector<std::pair<PrimerTyping, const ModelSpec*>> typings;
  for (const ModelSpec* model : KnownModels()) {
    for (const PrimerTyping& typing : TypingsOf(*model->kind)) {
      const bool is_new = std::none_of(typings.begin(), typings.end(), [&](const auto& row) {
        return row.first.flag == typing.flag;
      });
      if (is_new) typings.emplace_back(typing, model);
    }
  }
  return typings;
}

absl::StatusOr<PrimerMusic> ReadPrimerFlags(const PrimerFlags& flags, const MusicKind& kind,
                                            Grid grid) {
  std::string_view own;
  const std::string* typed = nullptr;
  const std::vector<PrimerTyping> typings = TypingsOf(kind);
  for (const auto& [flag, text] : flags.typed) {
    const bool is_own =
        std::any_of(typings.begin(), typings.end(),
                    [&wanted = flag](const auto& typing) { return typing.flag == wanted; });
    if (!text.empty() && !is_own) return TypedForOthers(flag, kind);
  }
  std::vector<std::string_view> ignored;
  for (const PrimerTyping& typing : typings) {
    const auto given = flags.typed.find(typing.flag);
    if (given == flags.typed.end() || given->second.empty()) continue;
    if (typed != nullptr) {
      ignored.push_back(typing.flag);
      continue;
    }
    own = typing.flag;
    typed = &given->second;
  }
  if (!flags.part.empty() && (flags.midi.empty() || typed != nullptr)) {
    return UsageError("--primer_part chooses a part of the file that --primer_midi names",
                      "Give --primer_midi alone, or leave --primer_part out");
  }
  if (typed == nullptr) {
    return flags.midi.empty() ? FromDefault(flags, kind, grid) : FromFile(flags, kind, grid);
  }
  auto primer = FromTyped(flags, own, *typed, kind, grid);
  if (primer.ok()) {
    for (const std::string_view flag : ignored) {
      primer->notes.push_back(fmt::format("--{} counts, --{} does not", own, flag));
    }
  }
  if (primer.ok() && !flags.midi.empty()) {
    primer->notes.push_back(fmt::format("--{} counts, --primer_midi={} does not", own, flags.midi));
  }
  return primer;
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
                        primer.is_default ? CountingMusic(options, primer.qpm) : options);
}

}  // namespace magenta::cli
