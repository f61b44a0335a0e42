// NoteSequences as anyone may have written them into a TFRecord or a request: splitting,
// quantising, finding melodies, playing out repeats and writing MIDI end in a result or an error,
// in bounded time and memory, and what comes out keeps their promises.
#include <cstddef>
#include <cstdint>

#include "magenta/base/check.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/score/sections.h"
#include "magenta/music/extract_melodies.h"
#include "magenta/music/quantize.h"
#include "magenta/music/split.h"

namespace {

void CheckMelodies(const magenta::QuantizedSequence& quantized) {
  MAGENTA_CHECK(quantized.total_steps() >= 0 && quantized.steps_per_bar() > 0);
  magenta::MelodyExtractionOptions options;
  options.min_bars = 0;
  options.max_steps = 64;
  for (const auto& found : magenta::ExtractMelodies(quantized, options).melodies) {
    MAGENTA_CHECK(found.melody.events().size() <= 64);
    for (const magenta::Event event : found.melody.events()) {
      MAGENTA_CHECK(event >= -2 && event <= 127);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  magenta::NoteSequence sequence;
  if (!sequence.ParseFromArray(data, static_cast<int>(size))) return 0;
  for (const magenta::NoteSequence& part : magenta::SplitOnTimeChanges(sequence)) {
    const auto quantized = magenta::Quantize(part, magenta::Grid());
    if (quantized.ok()) CheckMelodies(*quantized);
  }
  if (const auto whole = magenta::Quantize(sequence, magenta::Grid()); whole.ok())
    CheckMelodies(*whole);
  const auto unrolled = magenta::UnrollSections(sequence);
  if (unrolled.ok()) MAGENTA_CHECK(unrolled->section_groups().empty());
  const auto midi = magenta::WriteMidi(sequence);
  if (midi.ok()) MAGENTA_CHECK(magenta::ReadMidi(*midi).ok());
  return 0;
}
