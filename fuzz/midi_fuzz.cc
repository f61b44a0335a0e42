// Any bytes: read them; what was read must be writable, and reading that must give the same notes'
// number again without a word of complaint.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "magenta/base/check.h"
#include "magenta/io/midi/midi_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  absl::StatusOr<magenta::MidiReading> reading = magenta::ReadMidi(bytes);
  if (!reading.ok()) return 0;
  const magenta::NoteSequence& sequence = reading->sequence;
  MAGENTA_CHECK(reading->warnings.size() <= magenta::kMaxMidiWarnings);
  MAGENTA_CHECK(static_cast<size_t>(sequence.notes_size()) <= size / 2);
  MAGENTA_CHECK(sequence.tempos_size() >= 1 && sequence.tempos(0).time() == 0);
  for (const auto& note : sequence.notes()) {
    MAGENTA_CHECK(note.start_time() >= 0 && note.start_time() <= note.end_time());
    MAGENTA_CHECK(note.end_time() <= sequence.total_time());
  }
  absl::StatusOr<std::string> written = magenta::WriteMidi(sequence);
  if (!written.ok()) return 0;  // too far apart for a file's delta times
  absl::StatusOr<magenta::MidiReading> again = magenta::ReadMidi(*written);
  MAGENTA_CHECK(again.ok() && again->warnings.empty());
  MAGENTA_CHECK(again->sequence.notes_size() == sequence.notes_size());
  return 0;
}
