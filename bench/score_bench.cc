// Music of several parts by the bundled model: what a bar costs, and where it goes. Run it where
// `magenta models` finds the bundle of `score` (MAGENTA_BUNDLES).

#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "magenta/base/check.h"
#include "magenta/generate/ongoing_piece.h"
#include "magenta/generate/session.h"
#include "magenta/models/model_spec.h"
#include "magenta/music/score/sheet.h"

namespace magenta {
namespace {

constexpr int kBar = 4 * kTicksPerQuarter;
constexpr int kBars = 16;

std::shared_ptr<const Model> BundledScore() {
  ModelSource source;
  source.config = "score";
  auto model = LoadModel(source);
  MAGENTA_CHECK(model.ok());
  return *model;
}

/// Four open voices in 4/4.
Sheet OpenSheet() {
  Sheet sheet;
  sheet.length = kBars * kBar;
  sheet.ends = true;
  for (int v = 0; v < 4; ++v) {
    sheet.voices.push_back(OpenVoiceOf(static_cast<VoiceRole>(v), sheet.length));
  }
  return sheet;
}

/// Draws sixteen bars under `sheet`; the events.
std::vector<Event> Draw(const std::shared_ptr<const Model>& model, const Sheet& sheet) {
  Session session(model, 1, model->codec->MakeControl(WriteSheet(sheet)));
  SeededUniform uniform(1);
  session.Prime({{model->codec->default_event()}});
  for (int64_t tick = 0; tick < sheet.length;) {
    const Event event = session.Sample(0, {}, uniform);
    if (IsTimeShift(event)) tick += TicksOf(event);
    session.Prime({{event}});
  }
  return session.events(0);
}

/// Items are bars of four voices.
void ScoreBars(benchmark::State& state) {
  const auto model = BundledScore();
  const Sheet sheet = OpenSheet();
  for (auto _ : state) benchmark::DoNotOptimize(Draw(model, sheet).size());
  state.SetItemsProcessed(state.iterations() * kBars);
}
BENCHMARK(ScoreBars)->Unit(benchmark::kMillisecond);

/// The inputs of the decisions of such a piece.
std::vector<SparseVector> Inputs(const Model& model, const std::vector<Event>& events) {
  const auto encoder = model.codec->NewEncoder(model.codec->MakeControl(WriteSheet(OpenSheet())));
  std::vector<SparseVector> inputs(events.size() - 1);
  for (size_t i = 0; i + 1 < events.size(); ++i) {
    encoder->Push(events[i]);
    encoder->Input(inputs[i]);
  }
  return inputs;
}

/// What it costs to encode them; items are decisions.
void ScoreEncodes(benchmark::State& state) {
  const auto model = BundledScore();
  const std::vector<Event> events = Draw(model, OpenSheet());
  for (auto _ : state) benchmark::DoNotOptimize(Inputs(*model, events).data());
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(events.size() - 1));
}
BENCHMARK(ScoreEncodes)->Unit(benchmark::kMillisecond);

/// The network alone, through the same decisions. range(0): rows.
void ScoreSteps(benchmark::State& state) {
  const auto model = BundledScore();
  const std::vector<SparseVector> inputs = Inputs(*model, Draw(model, OpenSheet()));
  const int rows = static_cast<int>(state.range(0));
  auto memory = model->network->NewState(rows);
  std::vector<float> logits(static_cast<size_t>(rows) * model->network->num_logits());
  std::vector<SparseVector> together(static_cast<size_t>(rows));
  for (auto _ : state) {
    for (const SparseVector& input : inputs) {
      std::fill(together.begin(), together.end(), input);
      model->network->Step(*memory, together, logits);
    }
    benchmark::DoNotOptimize(logits.data());
  }
  state.SetItemsProcessed(state.iterations() * rows * static_cast<int64_t>(inputs.size()));
}
BENCHMARK(ScoreSteps)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond);

/// Bars of four voices as live play has them, a moment each eighth.
OngoingPiece PlayedPiece(const std::shared_ptr<const Model>& model, int bars) {
  OngoingPiece piece(model,
                     {VoiceRole::kMelody, VoiceRole::kAlto, VoiceRole::kTenor, VoiceRole::kBass},
                     {}, std::nullopt, /*seed=*/1);
  piece.Begin({});
  for (int64_t tick = 0; tick <= bars * kBar; tick += kTicksPerQuarter / 2) {
    piece.Decide(tick, OngoingPiece::Known(4));
  }
  return piece;
}

/// A moment after 48 bars is decided; a moment ahead of it is drawn.
void OngoingDecides(benchmark::State& state) {
  OngoingPiece piece = PlayedPiece(BundledScore(), 48);
  const int64_t tick = piece.tick();
  for (auto _ : state) piece.Decide(tick, OngoingPiece::Known(4));
}
BENCHMARK(OngoingDecides)->Unit(benchmark::kMicrosecond);

void OngoingLooksAhead(benchmark::State& state) {
  OngoingPiece piece = PlayedPiece(BundledScore(), 48);
  for (auto _ : state) {
    OngoingPiece::Head head = piece.Fork();
    benchmark::DoNotOptimize(piece.DrawNext(head, 1).tick);
  }
}
BENCHMARK(OngoingLooksAhead)->Unit(benchmark::kMicrosecond);

/// 48 bars become 32; items are calls.
void OngoingShortens(benchmark::State& state) {
  const auto model = BundledScore();
  int64_t calls = 0;
  for (auto _ : state) {
    state.PauseTiming();
    OngoingPiece piece = PlayedPiece(model, 48);
    state.ResumeTiming();
    while (piece.Shorten(kBar * 48 - 1, kBar * 32) == 0) ++calls;
  }
  state.SetItemsProcessed(calls);
}
BENCHMARK(OngoingShortens)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace magenta
