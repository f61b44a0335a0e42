#include "magenta/io/musicxml/musicxml_part.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "magenta/base/status.h"
#include "magenta/io/musicxml/xml_text.h"
#include "magenta/music/piece_limits.h"

namespace magenta {

int64_t MusicXmlPart::Units(std::string_view divisions) const {
  const double units =
      XmlNumberIn(divisions).value_or(0) * static_cast<double>(kScoreUnitsPerQuarter) / divisions_;
  const auto most = static_cast<double>(kMaxMeasureUnits);
  return std::llround(std::clamp(units, -most, most));
}

int64_t MusicXmlPart::MeasureUnits() const {
  return has_meter_ ? meter_.units() : found_.measures[static_cast<size_t>(measure_)].meter.units();
}

void MusicXmlPart::MoveTo(int64_t offset) {
  cursor_ = std::clamp<int64_t>(offset, 0, kMaxMeasureUnits);
  content_ = std::max(content_, cursor_);
}

void MusicXmlPart::ReadMove(pugi::xml_node move, bool is_back) {
  const std::string_view duration = move.child_value("duration");
  if (!XmlNumberIn(duration).has_value()) {
    report_(move, fmt::format("part {}, bar {}: a {} without a duration goes {}", index_ + 1,
                              measure_ + 1, move.name(),
                              is_back ? "back to the beginning of the bar" : "nowhere"));
    return MoveTo(is_back ? 0 : cursor_);
  }
  const int64_t units = std::max<int64_t>(Units(duration), 0);
  if (is_back && units > cursor_ + kXmlRoundingUnits) {
    Report(move, "backups past the measure's beginning");
  }
  MoveTo(is_back ? cursor_ - units : cursor_ + units);
}

void MusicXmlPart::ReadItem(pugi::xml_node item) {
  const std::string_view name = item.name();
  if (name == "note") return ReadNote(item);
  if (name == "backup" || name == "forward") return ReadMove(item, name == "backup");
  if (name == "attributes") return ReadAttributes(item);
  if (name == "harmony") return ReadHarmony(item);
  if (name == "sound") return ReadSound(item, cursor_);
  if (name == "direction") return ReadDirection(item);
  if (name == "barline") return ReadBarline(item);
  if (name == "figured-bass") Report(item, "figured bass");
}

absl::Status MusicXmlPart::ReadMeasure(pugi::xml_node measure, int number) {
  measure_ = number;
  ++found_.measure_count;
  cursor_ = content_ = last_onset_ = last_length_ = 0;
  while (found_.measures.size() <= static_cast<size_t>(measure_)) {
    XmlMeasure& added = found_.measures.emplace_back();
    added.owner = index_;
    added.meter = meter_;
  }
  const size_t notes = found_.notes[index_].size();
  first_notes_.push_back(notes);
  for (pugi::xml_node item : measure.children()) ReadItem(item);
  FinishTranspositions();
  RepeatMeasure();
  if (Measure().owner == index_) Measure().meter = meter_;
  XmlMeasure& facts = Measure();
  facts.content = std::max(facts.content, content_);
  facts.is_full |= content_ > 0 && std::abs(content_ - MeasureUnits()) < kXmlRoundingUnits;
  for (size_t i = notes; i < found_.notes[index_].size(); ++i) {
    facts.sounding = std::max(facts.sounding, found_.notes[index_][i].note.end);
  }
  found_.note_count += found_.notes[index_].size() - notes;
  MAGENTA_RETURN_IF_ERROR(CheckNotes(found_.note_count, found_.limits));
  return CheckEvents(found_.event_count(), found_.limits);
}

}  // namespace magenta
