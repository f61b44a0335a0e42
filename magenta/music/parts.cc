#include "magenta/music/parts.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <map>
#include <optional>

#include "magenta/base/status.h"

namespace magenta {
namespace {

using std::string_view_literals::operator""sv;

/// Parts that a list shows.
constexpr size_t kMostShown = 16;

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return lower;
}

std::string PartsThereAre(const std::vector<Part>& parts) {
  return parts.empty() ? "There is no part with notes" : "There are: " + PartList(parts);
}

/// All of `text` as a number.
std::optional<int> NumberOf(std::string_view text) {
  int number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Those whose name is `wanted`; where there is none, those whose name holds it.
std::vector<const Part*> Named(const std::vector<Part>& parts, std::string_view wanted) {
  const std::string lower = Lower(wanted);
  std::vector<const Part*> same, holding;
  for (const Part& part : parts) {
    const std::string name = Lower(part.name);
    if (name == lower) same.push_back(&part);
    if (name.find(lower) != name.npos) holding.push_back(&part);
  }
  return same.empty() ? holding : same;
}

}  // namespace

std::vector<Part> PartsOf(const NoteSequence& sequence) {
  std::map<int, Part> parts;
  std::map<int, int> score_parts;  // instrument -> part
  for (const auto& note : sequence.notes()) {
    Part& part = parts[note.instrument()];
    part.program = note.program();
    part.is_drum = part.notes == 0 ? note.is_drum() : part.is_drum && note.is_drum();
    ++part.notes;
    score_parts.emplace(note.instrument(), note.part());
  }
  std::map<int, std::string> score_names;
  for (const auto& info : sequence.part_infos()) score_names[info.part()] = info.name();
  std::map<int, std::string> names;
  for (const auto& info : sequence.instrument_infos()) names[info.instrument()] = info.name();
  std::vector<Part> list;
  for (auto& [instrument, part] : parts) {
    part.number = static_cast<int>(list.size()) + 1;
    part.instrument = instrument;
    part.name = names[instrument];
    if (part.name.empty()) part.name = score_names[score_parts[instrument]];
    list.push_back(std::move(part));
  }
  return list;
}

void NameInstruments(NoteSequence& sequence) {
  const std::vector<Part> parts = PartsOf(sequence);
  std::map<int, NoteSequence::InstrumentInfo*> infos;
  for (auto& info : *sequence.mutable_instrument_infos()) infos[info.instrument()] = &info;
  for (const Part& part : parts) {
    if (part.name.empty()) continue;
    auto& info = infos[part.instrument];
    if (info == nullptr) info = sequence.add_instrument_infos();
    info->set_instrument(part.instrument);
    info->set_name(part.name);
  }
}

std::string PartText(const Part& part) {
  std::string inner = part.name;
  if (part.is_drum) inner += inner.empty() ? "drums" : ", drums";
  return inner.empty() ? fmt::format("{}", part.number)
                       : fmt::format("{} ({})", part.number, inner);
}

std::string PartList(const std::vector<Part>& parts) {
  std::string list;
  for (size_t i = 0; i < parts.size() && i < kMostShown; ++i) {
    list += (i == 0 ? "" : ", ") + PartText(parts[i]);
  }
  if (parts.size() > kMostShown) list += fmt::format(" and {} more", parts.size() - kMostShown);
  return list;
}

absl::StatusOr<Part> FindPart(const std::vector<Part>& parts, std::string_view wanted,
                              std::string_view flag) {
  const Part* found = nullptr;
  if (const auto number = NumberOf(wanted)) {
    if (*number >= 1 && *number <= static_cast<int>(parts.size())) found = &parts[*number - 1];
  }
  if (found == nullptr && !wanted.empty()) {
    const std::vector<const Part*> named = Named(parts, wanted);
    if (named.size() > 1) {
      return UsageError(fmt::format("{}: {} means {} parts", flag, wanted, named.size()),
                        "Give the number of one. " + PartsThereAre(parts));
    }
    if (!named.empty()) found = named.front();
  }
  if (found == nullptr) {
    return UsageError(fmt::format("{}: there is no part {}", flag, wanted), PartsThereAre(parts));
  }
  if (!found->is_drum) return *found;
  return UsageError(fmt::format("{}: {} is drums, which hold no melody", flag, wanted),
                    "Choose another. " + PartsThereAre(parts));
}

NoteSequence OnlyInstrument(NoteSequence sequence, int instrument) {
  auto& notes = *sequence.mutable_notes();
  const auto others = std::remove_if(notes.begin(), notes.end(), [&](const auto& note) {
    return note.instrument() != instrument;
  });
  notes.erase(others, notes.end());
  return sequence;
}

int FreeInstrument(const NoteSequence& sequence) {
  int last = -1;
  const auto look = [&](const auto& events) {
    for (const auto& event : events) last = std::max(last, event.instrument());
  };
  look(sequence.notes());
  look(sequence.control_changes());
  look(sequence.pitch_bends());
  look(sequence.instrument_infos());
  return last == std::numeric_limits<int>::max() ? last : last + 1;
}

bool IsNamedMelody(std::string_view name) {
  const std::string lower = Lower(name);
  constexpr std::string_view kWords[] = {"melod"sv, "vocal"sv,   "voice"sv,  "lead"sv,
                                         "tune"sv,  "soprano"sv, "gesang"sv, "canto"sv};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return lower.find(word) != lower.npos; });
}

}  // namespace magenta
