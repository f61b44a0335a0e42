#include "magenta/cli/input/primer.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/music_input.h"
#include "magenta/cli/input/typed_melody.h"
#include "magenta/io/music/read_music.h"
#include "magenta/music/melody.h"

namespace magenta::cli {
namespace {

constexpr double kDefaultQpm = 120;
constexpr char kPartFlag[] = "--primer_part";

absl::StatusOr<PrimerMusic> FromEvents(std::vector<Event> events, double qpm,
                                       int steps_per_quarter) {
  PrimerMusic primer;
  primer.steps = static_cast<double>(events.size());
  MAGENTA_ASSIGN_OR_RETURN(
      const Melody melody,
      Melody::FromEvents(std::move(events), 4 * steps_per_quarter, steps_per_quarter));
  primer.sequence = melody.ToSequence(qpm);
  primer.qpm = qpm;
  primer.end = primer.steps * (60.0 / qpm / steps_per_quarter);
  return primer;
}

bool AreTunes(const std::vector<NoteSequence>& pieces) {
  return std::all_of(pieces.begin(), pieces.end(),
                     [](const NoteSequence& piece) { return piece.reference_number() != 0; });
}

/// The number by which a piece of several is chosen: X: where all of them are tunes, else its place
/// from 1.
int NumberOfPiece(const std::vector<NoteSequence>& pieces, size_t i, bool are_tunes) {
  return static_cast<int>(are_tunes ? pieces[i].reference_number() : static_cast<int64_t>(i) + 1);
}

std::string TitleOf(const NoteSequence& piece) {
  return piece.sequence_metadata().title().empty() ? piece.filename()
                                                   : piece.sequence_metadata().title();
}

std::string PieceList(const std::vector<NoteSequence>& pieces) {
  constexpr size_t kShown = 10;
  const bool are_tunes = AreTunes(pieces);
  std::string list = "There are: ";
  for (size_t i = 0; i < pieces.size() && i < kShown; ++i) {
    const std::string title = TitleOf(pieces[i]);
    list += fmt::format("{}{}{}", i == 0 ? "" : ", ", NumberOfPiece(pieces, i, are_tunes),
                        title.empty() ? "" : fmt::format(" ({})", title));
  }
  return pieces.size() > kShown ? list + fmt::format(" and {} more", pieces.size() - kShown) : list;
}

std::string InSmallLetters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// Of several pieces the one of number or title `wanted` ("X:5" is 5).
absl::StatusOr<size_t> FindPiece(const std::vector<NoteSequence>& pieces,
                                 const std::string& wanted) {
  std::string_view number_text = wanted;
  if (number_text.starts_with("X:") || number_text.starts_with("x:")) number_text.remove_prefix(2);
  int number = 0;
  const auto [stop, error] =
      std::from_chars(number_text.data(), number_text.data() + number_text.size(), number);
  const bool is_number = error == std::errc() && stop == number_text.data() + number_text.size();
  const bool are_tunes = AreTunes(pieces);
  std::vector<size_t> same, holding;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const std::string title = InSmallLetters(TitleOf(pieces[i])), text = InSmallLetters(wanted);
    const bool is_it = is_number ? NumberOfPiece(pieces, i, are_tunes) == number : title == text;
    if (is_it) same.push_back(i);
    if (!is_number && title.find(text) != title.npos) holding.push_back(i);
  }
  const std::vector<size_t>& found = same.empty() ? holding : same;
  const std::string choice = fmt::format("{}={}", kPartFlag, wanted);
  if (found.size() == 1 || (found.size() > 1 && is_number)) return found.front();
  if (found.empty()) {
    return UsageError(fmt::format("there is no piece {}", choice), PieceList(pieces));
  }
  return UsageError(fmt::format("{} means {} pieces", choice, found.size()),
                    "Give the number of one. " + PieceList(pieces));
}

/// The piece that is meant: the only one, or the chosen one. What of `part` is not used up stays.
absl::StatusOr<NoteSequence> ChoosePiece(std::vector<NoteSequence> pieces, const std::string& file,
                                         std::string& part) {
  if (pieces.size() == 1) return std::move(pieces[0]);
  if (part.empty()) {
    return UsageError(
        fmt::format("{} holds {} pieces; a primer is one", file, pieces.size()),
        fmt::format("Choose one by {}=NUMBER, or =TITLE. {}", kPartFlag, PieceList(pieces)));
  }
  // "12/2": the second part of tune 12.
  auto found = FindPiece(pieces, part);
  const size_t slash = part.rfind('/');
  if (!found.ok() && slash != part.npos) {
    found = FindPiece(pieces, part.substr(0, slash));
    part.erase(0, slash + 1);
  } else {
    part.clear();
  }
  if (!found.ok()) return WithFile(found.status(), file);
  return std::move(pieces[*found]);
}

/// Completes `primer`, whose sequence is a piece, by `flags`; `part` of it is chosen.
absl::Status SetPiece(const PrimerFlags& flags, const std::string& part, int steps_per_quarter,
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
  MAGENTA_ASSIGN_OR_RETURN(const MusicEnd end,
                           EndOfNotes(sequence, steps_per_quarter, primer.part));
  primer.end = end.seconds;
  primer.steps = end.steps;
  primer.qpm = end.qpm;
  return absl::OkStatus();
}

absl::StatusOr<PrimerMusic> FromFile(const PrimerFlags& flags, int steps_per_quarter) {
  PrimerMusic primer;
  MAGENTA_ASSIGN_OR_RETURN(std::vector<NoteSequence> pieces,
                           ReadMusic(flags.midi, primer.notes, true));
  for (std::string& note : primer.notes) note.insert(0, flags.midi + ": ");
  std::string part = flags.part;
  MAGENTA_ASSIGN_OR_RETURN(primer.sequence, ChoosePiece(std::move(pieces), flags.midi, part));
  const absl::Status set = SetPiece(flags, part, steps_per_quarter, primer);
  if (set.ok()) return primer;
  return WithRemedy(WithFile(set, flags.midi),
                    "Give a file with a melody, or --primer_melody=\"[60]\"");
}

absl::StatusOr<PrimerMusic> FromAbc(const PrimerFlags& flags, const std::string& text,
                                    int steps_per_quarter) {
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
  const absl::Status set = SetPiece(flags, "", steps_per_quarter, primer);
  if (!set.ok()) {
    return UsageError("--primer_melody, read as ABC, " + ErrorMessage(set),
                      "Give at least one note");
  }
  return primer;
}

absl::StatusOr<PrimerMusic> FromTyped(const PrimerFlags& flags, int steps_per_quarter) {
  MAGENTA_ASSIGN_OR_RETURN(TypedMelody typed, ReadTypedMelody(flags.melody));
  if (const auto* abc = std::get_if<TypedAbc>(&typed)) {
    return FromAbc(flags, abc->text, steps_per_quarter);
  }
  return FromEvents(std::get<std::vector<Event>>(std::move(typed)), flags.qpm.value_or(kDefaultQpm),
                    steps_per_quarter);
}

}  // namespace

absl::StatusOr<PrimerMusic> ReadPrimerFlags(const PrimerFlags& flags, int steps_per_quarter) {
  if (!flags.part.empty() && (flags.midi.empty() || !flags.melody.empty())) {
    return UsageError("--primer_part chooses a part of the file that --primer_midi names",
                      "Give --primer_midi alone, or leave --primer_part out");
  }
  if (!flags.melody.empty()) {
    auto primer = FromTyped(flags, steps_per_quarter);
    if (primer.ok() && !flags.midi.empty()) {
      primer->notes.push_back("--primer_melody counts, --primer_midi=" + flags.midi + " does not");
    }
    return primer;
  }
  if (!flags.midi.empty()) return FromFile(flags, steps_per_quarter);
  constexpr Event kMiddleC = 60;
  MAGENTA_ASSIGN_OR_RETURN(
      PrimerMusic primer,
      FromEvents({kMiddleC}, flags.qpm.value_or(kDefaultQpm), steps_per_quarter));
  primer.notes.emplace_back(
      "no primer is given: starting from middle C (--primer_melody=\"[60]\")");
  return primer;
}

absl::StatusOr<GenerateSequenceRequest> MakeRequest(const PrimerMusic& primer,
                                                    const ContinuationOptions& options) {
  return ContinuationOf(primer.sequence, {primer.end, primer.steps, primer.qpm}, options);
}

}  // namespace magenta::cli
