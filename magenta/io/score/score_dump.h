#pragma once
// For tests: a NoteSequence as one line.

#include <fmt/core.h>

#include <string>

#include "magenta/music.pb.h"

namespace magenta {

/// "60@0+1 62@1+0.5": MIDI pitch, start and length in quarters at 120 a minute; "/1" after a note
/// of instrument 1, "d" after a drum.
inline std::string DumpNotes(const NoteSequence& sequence) {
  std::string dump;
  for (const auto& note : sequence.notes()) {
    dump += fmt::format("{}{}@{:g}+{:g}", dump.empty() ? "" : " ", note.pitch(),
                        2 * note.start_time(), 2 * (note.end_time() - note.start_time()));
    if (note.instrument() > 0) dump += fmt::format("/{}", note.instrument());
    if (note.is_drum()) dump += "d";
  }
  return dump;
}

/// "0 4 | 0x2 0,1x1": where sections start, in quarters; then the groups.
inline std::string DumpSections(const NoteSequence& sequence) {
  std::string dump;
  for (const auto& annotation : sequence.section_annotations()) {
    dump += fmt::format("{:g} ", 2 * annotation.time());
  }
  if (!dump.empty()) dump += "|";
  for (const auto& group : sequence.section_groups()) {
    dump += " ";
    for (int i = 0; i < group.sections_size(); ++i) {
      dump += fmt::format("{}{}", i > 0 ? "," : "", group.sections(i).section_id());
    }
    dump += fmt::format("x{}", group.num_times());
  }
  return dump;
}

/// "tempo 0:120 meter 0:6/8 key 0:2,MAJOR text 0:Am", times in quarters at 120 a minute.
inline std::string DumpSigns(const NoteSequence& sequence) {
  std::string dump;
  const auto add = [&](std::string text) { dump += (dump.empty() ? "" : " ") + std::move(text); };
  for (const auto& tempo : sequence.tempos()) {
    add(fmt::format("tempo {:g}:{:g}", 2 * tempo.time(), tempo.qpm()));
  }
  for (const auto& meter : sequence.time_signatures()) {
    add(fmt::format("meter {:g}:{}/{}", 2 * meter.time(), meter.numerator(), meter.denominator()));
  }
  for (const auto& key : sequence.key_signatures()) {
    add(fmt::format("key {:g}:{},{}", 2 * key.time(), static_cast<int>(key.key()),
                    NoteSequence::KeySignature::Mode_Name(key.mode())));
  }
  for (const auto& text : sequence.text_annotations()) {
    add(fmt::format("text {:g}:{}", 2 * text.time(), text.text()));
  }
  return dump;
}

}  // namespace magenta
