// Why a model repeats more than its tunes do (docs/music.md): repeat_report BUNDLE=DATA_SET ...
// prints a Markdown table with a row a .mag.
//
// A note that repeats what was struck two bars before has two names in a codec with repeats: "as
// two bars before", which is what it is called in training, and its pitch, which is never right
// there. A model that doesn't know what was struck two bars before gives both names a share. The
// table puts what the model says of held-out tunes, step by step, beside what came, where a note
// was struck two bars before; then lets it go on from their first four bars, as it
// says, and as it would if only the names that training uses were drawn.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/generate/session.h"
#include "magenta/models/model_spec.h"
#include "magenta/pipeline/dataset_reader.h"

namespace magenta {
namespace {

constexpr size_t kTwoBars = 32;
constexpr size_t kPrimer = 64;
constexpr size_t kEnd = 128;

// A share of the notes: `hits` of `notes`, where a hit may be a probability.
struct RepeatShare {
  double hits = 0;
  double notes = 0;
  double percent() const { return notes > 0 ? 100 * hits / notes : 0; }
};

struct RepeatRow {
  RepeatShare name_said, event_said, came, tune, generated, by_names;
};

Event TwoBarsBefore(const std::vector<Event>& events) { return events[events.size() - kTwoBars]; }

// What the model says of the next event of `session`, which is `next`.
void Compare(const Session& session, const EventEncoder& encoder, Event next, RepeatRow& row) {
  const Event before = TwoBarsBefore(session.events(0));
  if (before < kMinPitch) return;
  int name = 0;
  encoder.Labels(before, {&name, 1});
  const std::vector<float> said = session.Distribution(0);
  for (int label = 0; label < static_cast<int>(said.size()); ++label) {
    if (encoder.Decode({&label, 1}) == before) row.event_said.hits += said[label];
  }
  row.name_said.hits += said[name];
  row.came.hits += next == before;
  for (RepeatShare* share : {&row.name_said, &row.event_said, &row.came}) ++share->notes;
}

// Counts the notes from the fifth bar on that repeat those two bars before.
void CountRepeats(const std::vector<Event>& events, RepeatShare& share) {
  for (size_t i = kPrimer; i < std::min(kEnd, events.size()); ++i) {
    if (events[i] < kMinPitch) continue;
    ++share.notes;
    share.hits += events[i] == events[i - kTwoBars];
  }
}

// Draws the next event; with `names_only` no label that the codec would not give to its event.
Event Draw(const Session& session, const EventEncoder& encoder, bool names_only,
           UniformSource& source) {
  std::vector<float> said = session.Distribution(0);
  for (int label = 0; names_only && label < static_cast<int>(said.size()); ++label) {
    int name = 0;
    encoder.Labels(encoder.Decode({&label, 1}), {&name, 1});
    if (name != label) said[label] = 0;
  }
  const int drawn = DrawClass(said, source.Next());
  return encoder.Decode({&drawn, 1});
}

// `session`, whose encoder is `encoder`, goes on to kEnd; its notes are counted.
void GoOn(Session session, std::unique_ptr<EventEncoder> encoder, bool names_only,
          UniformSource& source, RepeatShare& share) {
  while (session.events(0).size() < kEnd) {
    const Event drawn = Draw(session, *encoder, names_only, source);
    encoder->Push(drawn);
    session.Prime({&drawn, 1});
  }
  CountRepeats(session.events(0), share);
}

void AddTune(const std::shared_ptr<const Model>& model, const std::vector<Event>& tune,
             uint32_t seed, RepeatRow& row) {
  Session session(model, 1);
  const auto encoder = model->codec->NewEncoder();
  for (size_t i = 0; i < kPrimer; ++i) {
    if (i >= kTwoBars) Compare(session, *encoder, tune[i], row);
    encoder->Push(tune[i]);
    session.Prime({&tune[i], 1});
  }
  CountRepeats(tune, row.tune);
  SeededUniform source(seed), again(seed);
  GoOn(session.Fork(1), encoder->Clone(), false, source, row.generated);
  GoOn(session.Fork(1), encoder->Clone(), true, again, row.by_names);
}

absl::StatusOr<RepeatRow> Examine(const std::string& bundle, const std::string& data) {
  ModelSource source;
  source.bundle_file = bundle;
  MAGENTA_ASSIGN_OR_RETURN(const std::shared_ptr<const Model> model, LoadModel(source));
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<DatasetExample> examples,
                           ReadDataset(data, *model->spec));
  RepeatRow row;
  uint32_t tunes = 0;
  for (const DatasetExample& example : examples) {
    const auto& events = std::get<EventSequence>(example.content).events;
    if (events.size() >= kEnd) AddTune(model, events, ++tunes, row);
  }
  return row;
}

int Main(int argc, char** argv) {
  fmt::print(
      "| | \"as two bars before\" is said | the same pitch is said, by either name | it comes | "
      "notes as two bars before, tunes from bar 5 | and the model's | "
      "by training's names alone |\n"
      "| --- | --- | --- | --- | --- | --- | --- |\n");
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = std::min(argument.rfind('='), argument.size());
    const auto row = Examine(argument.substr(0, equals), argument.substr(equals + 1));
    if (!row.ok()) {
      fmt::print(stderr, "{}\n", ErrorLine(row.status()));
      return 3;
    }
    const std::string name = std::filesystem::path(argument.substr(0, equals)).stem();
    fmt::print("| {} | {:.1f} % | {:.1f} % | {:.1f} % | {:.1f} % | {:.1f} % | {:.1f} % |\n", name,
               row->name_said.percent(), row->event_said.percent(), row->came.percent(),
               row->tune.percent(), row->generated.percent(), row->by_names.percent());
  }
  return 0;
}

}  // namespace
}  // namespace magenta

int main(int argc, char** argv) { return magenta::Main(argc, argv); }
