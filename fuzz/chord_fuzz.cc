// Chord symbols as people type them: any text ends in a chord or an error; what it is written as
// again is the same chord in the reference's spelling, in every key.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "magenta/base/check.h"
#include "magenta/music/harmony/chord_symbol.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using magenta::ChordSpelling;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto symbol = magenta::ParseChordSymbol(text);
  const auto reference = magenta::ParseChordSymbol(text, ChordSpelling::kReference);
  MAGENTA_CHECK(symbol.ok() || !reference.ok());
  if (!symbol.ok()) return 0;
  if (reference.ok()) MAGENTA_CHECK(symbol->Text() == reference->Text());
  const auto code = symbol->Code();
  for (int semitones = 0; semitones < 12; ++semitones) {
    const auto moved = symbol->Transposed(semitones);
    if (moved.Text().size() > magenta::kMaxChordSymbolSize) continue;  // it took an accidental more
    const auto again = magenta::ParseChordSymbol(moved.Text(), ChordSpelling::kReference);
    MAGENTA_CHECK(again.ok() && again->Code().ok() == code.ok());
    if (code.ok()) MAGENTA_CHECK(*again->Code() == magenta::TransposeChord(*code, semitones));
  }
  return 0;
}
