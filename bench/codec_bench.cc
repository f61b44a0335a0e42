// What it costs to encode a melody of 400 events, inputs and labels, with each codec.

#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "magenta/base/sparse_vector.h"
#include "magenta/codec/melody_codecs.h"

namespace magenta {
namespace {

// A note every other step up and down a scale, with rests: 25 bars of 4/4.
std::vector<Event> BenchMelody() {
  constexpr Event kScale[] = {60, 62, 64, 65, 67, 69, 71, 72, 71, 69, 67, 65, 64, 62};
  std::vector<Event> events;
  for (int p = 0; p < 400; ++p) {
    const bool note = p % 2 == 0;
    events.push_back(note ? kScale[p / 2 % 14] : p % 16 == 15 ? kNoteOff : kNoEvent);
  }
  return events;
}

void Encode(benchmark::State& state, const EventCodec& codec) {
  const std::vector<Event> events = BenchMelody();
  const auto encoder = codec.NewEncoder();
  SparseVector input;
  for (auto _ : state) {
    encoder->Reset();
    for (size_t p = 0; p + 1 < events.size(); ++p) {
      encoder->Push(events[p]);
      encoder->Input(input);
      benchmark::DoNotOptimize(input.index.data());
      benchmark::DoNotOptimize(encoder->Label(events[p + 1]));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(events.size() - 1));
}

void OneHotCodecEncodes(benchmark::State& state) { Encode(state, *MakeOneHotCodec({48, 84})); }
void LookbackCodecEncodes(benchmark::State& state) { Encode(state, *MakeLookbackCodec({48, 84})); }
void KeyMelodyCodecEncodes(benchmark::State& state) {
  Encode(state, *MakeKeyMelodyCodec({48, 84}));
}

BENCHMARK(OneHotCodecEncodes);
BENCHMARK(LookbackCodecEncodes);
BENCHMARK(KeyMelodyCodecEncodes);

}  // namespace
}  // namespace magenta
