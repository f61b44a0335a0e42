// Every model of the table that goldens/zoo has rows for: encodings, dense examples, variables,
// weights, probabilities.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "magenta/generate/likelihood.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/generate/session.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/io/tensor/checkpoint.h"
#include "magenta/io/tensor/checkpoint_state.h"
#include "magenta/pipeline/dataset_reader.h"
#include "tests/parity/rows_checked.h"
#include "tests/parity/zoo_events.h"

namespace magenta {
namespace {

using nlohmann::json;

std::string What(const json& row) {
  return row["config"].get<std::string>() + " " + row.value("sequence", "");
}

/// Of compact inputs the one place alone is there.
SparseVector InputOf(const json& pairs, bool compact) {
  SparseVector input;
  if (compact) {
    input.Add(pairs[0].get<int>(), 1);
  } else {
    for (const json& pair : pairs) input.Add(pair[0], pair[1]);
  }
  return input;
}

/// Equal but for the last bits: the rows have nine digits.
void ExpectInput(const SparseVector& got, const SparseVector& want) {
  ASSERT_EQ(got.index, want.index);
  for (size_t i = 0; i < got.value.size(); ++i) {
    EXPECT_FLOAT_EQ(got.value[i], want.value[i]);
  }
}

/// Of several heads a list, else a number.
std::vector<int> Each(const json& value) {
  return value.is_array() ? value.get<std::vector<int>>() : std::vector<int>{value.get<int>()};
}

std::vector<int> HeadsOf(const EventCodec& codec) {
  return {codec.head_sizes().begin(), codec.head_sizes().end()};
}

void ExpectZooEncoding(const ModelSpec& spec, const json& row) {
  const EventCodec& codec = *spec.codec;
  const bool compact = codec.example_width() == 1 && codec.input_size() > 1;
  EXPECT_EQ(codec.example_width(), row["input_size"]);
  EXPECT_EQ(HeadsOf(codec), Each(row["num_classes"]));
  EXPECT_EQ(codec.default_label(), Each(row["default_event_label"])[0]);
  const EventSequence sequence = ZooEvents(spec, row);
  ASSERT_EQ(row["labels"].size() + 1, sequence.events.size());
  const auto encoder = codec.NewEncoder(codec.ControlOf(sequence));
  const std::vector<size_t> positions = row["positions"];
  SparseVector input;
  for (size_t p = 0, next = 0; p + 1 < sequence.events.size(); ++p) {
    encoder->Push(sequence.events[p]);
    const std::vector<int> want = Each(row["labels"][p]);
    std::vector<int> labels(want.size());
    encoder->Labels(sequence.events[p + 1], labels);
    EXPECT_EQ(labels, want) << "label at " << p;
    EXPECT_EQ(encoder->Decode(want), sequence.events[p + 1]) << "decoded at " << p;
    if (next == positions.size() || positions[next] != p) continue;
    encoder->Input(input);
    SCOPED_TRACE("input at " + std::to_string(p));
    ExpectInput(input, InputOf(row["inputs"][next++], compact));
  }
}

/// The same of steps of a roll, of which a label is no class.
void ExpectRollEncoding(const ModelSpec& spec, const json& row) {
  EXPECT_EQ(spec.codec->example_width(), row["input_size"]);
  const EventSequence sequence = ZooEvents(spec, row);
  EXPECT_EQ(spec.codec->DenseLabels(sequence), row["labels"].get<std::vector<int64_t>>());
  const SparseMatrix inputs = EncodeExample(*spec.codec, sequence).inputs;
  ASSERT_EQ(inputs.rows(), row["labels"].size());
  const std::vector<size_t> positions = row["positions"];
  for (size_t i = 0; i < positions.size(); ++i) {
    SCOPED_TRACE("input at " + std::to_string(positions[i]));
    ExpectInput(inputs.Row(positions[i]), InputOf(row["inputs"][i], false));
  }
}

TEST(ZooModels, Encodings) {
  const std::vector<json> rows = RowsOfModels("encodings.jsonl");
  ASSERT_FALSE(rows.empty());
  for (const json& row : rows) {
    SCOPED_TRACE(What(row));
    const ModelSpec& spec = **FindModel(row["config"].get<std::string>());
    (IsOfRolls(spec) ? ExpectRollEncoding : ExpectZooEncoding)(spec, row);
  }
  RowsChecked(rows.size(), "zoo/encodings.jsonl");
}

/// The event of several heads whose input, a one-hot of each, is the first.
Event FirstOfHeads(const EventCodec& codec, const TrainingExample& dense) {
  std::vector<int> labels;
  int offset = 0;
  for (const int classes : codec.head_sizes()) {
    labels.push_back(dense.inputs.Row(0).index[labels.size()] - offset);
    offset += classes;
  }
  return codec.NewEncoder()->Decode(labels);
}

/// The first event of a dense example, which no label names: the one whose input is the first.
Event FirstEventOf(const EventCodec& codec, const TrainingExample& dense) {
  if (codec.head_sizes().size() > 1) return FirstOfHeads(codec, dense);
  const auto any = codec.NewEncoder();
  any->Push(codec.default_event());
  for (int label = 0; label < codec.num_classes(); ++label) {
    const Event first = any->DecodeOne(label);
    const SparseMatrix input = EncodeExample(codec, {{first, codec.default_event()}, {}}).inputs;
    if (input.Row(0) == dense.inputs.Row(0)) return first;
  }
  ADD_FAILURE() << "no event has the first input";
  return codec.default_event();
}

/// Labels are what the next input holds; a reader takes the inputs alone.
void ExpectDenseRolls(const ModelSpec& spec, const std::string& path) {
  const auto examples = ReadDataset(path, spec);
  auto reader = RecordReader::Open(path);
  ASSERT_TRUE(examples.ok() && reader.ok());
  std::string record;
  for (const DatasetExample& example : *examples) {
    const TrainingExample dense = example.Encode(*spec.codec);
    std::vector<Keys> roll(dense.inputs.rows() + 1);  // the last step is no input
    for (size_t step = 0; step < dense.inputs.rows(); ++step) {
      dense.inputs.ForEach(step, [&](int32_t key, float) { roll[step].set(key); });
    }
    const EventSequence sequence{RollEvents(roll), {}};
    EXPECT_EQ(EncodeExample(*spec.codec, sequence).inputs, dense.inputs);
    ASSERT_TRUE(*reader->Next(&record));
    std::vector<int64_t> labels = std::get<DenseExample>(*ParseExample(record)).labels;
    std::vector<int64_t> wanted = spec.codec->DenseLabels(sequence);
    ASSERT_EQ(labels.size(), wanted.size());
    labels.back() = wanted.back() = 0;
    EXPECT_EQ(labels, wanted);
  }
}

TEST(ZooModels, DenseExamples) {
  size_t checked = 0;
  for (const std::string& config : ZooConfigs()) {
    SCOPED_TRACE(config);
    const ModelSpec& spec = **FindModel(config);
    const std::string path = ZooFolder() + "examples/" + config + ".tfrecord";
    if (spec.codec->has_control() || !std::filesystem::exists(path)) continue;
    const size_t heads = spec.codec->head_sizes().size();
    const auto examples = ReadDataset(path, spec);
    ASSERT_TRUE(examples.ok()) << examples.status();
    if (IsOfRolls(spec)) {
      ExpectDenseRolls(spec, path);
      ++checked;
      continue;
    }
    for (const DatasetExample& example : *examples) {
      const TrainingExample dense = example.Encode(*spec.codec);
      EventSequence sequence{{FirstEventOf(*spec.codec, dense)}, {}};
      const auto encoder = spec.codec->NewEncoder();
      for (size_t i = 0; i < dense.labels.size(); i += heads) {
        encoder->Push(sequence.events.back());
        sequence.events.push_back(encoder->Decode(std::span(dense.labels).subspan(i, heads)));
      }
      EXPECT_EQ(dense, EncodeExample(*spec.codec, sequence));
      ++checked;
    }
  }
  EXPECT_GT(checked, 0u);
  RowsChecked(checked, "zoo/examples");
}

std::vector<int64_t> Shape(const json& row) { return row.get<std::vector<int64_t>>(); }

TEST(ZooModels, VariablesAndDetails) {
  const std::vector<json> rows = RowsOfModels("variables.jsonl");
  ASSERT_FALSE(rows.empty());
  for (const json& row : rows) {
    SCOPED_TRACE(What(row));
    const std::string config = row["config"];
    const ModelSpec& spec = **FindModel(config);
    EXPECT_EQ(spec.codec->example_width(), row["input_size"]);
    if (!row["num_classes"].is_null()) {
      EXPECT_EQ(HeadsOf(*spec.codec), Each(row["num_classes"]));
    }
    EXPECT_EQ(spec.grid.steps(),
              row[spec.grid.is_per_second() ? "steps_per_second" : "steps_per_quarter"]);
    const auto hparams = ParseHParams(row["hparams"].dump(), HParams());
    ASSERT_TRUE(hparams.ok()) << hparams.status();
    EXPECT_EQ(HParamsText(*hparams), HParamsText(spec.hparams));
    const auto model = ZooModel(config, /*bundle=*/true);
    ASSERT_NE(model, nullptr);
    const GeneratorDetails details = SequenceGenerator(model).details();
    EXPECT_EQ(spec.bundle_id.empty() ? details.id() : spec.bundle_id, row["generator_details"][0]);
    EXPECT_EQ(details.description(), row["generator_details"][1]);
    const auto path = LatestCheckpoint(ZooFolder() + "models/" + config);
    ASSERT_TRUE(path.ok()) << path.status();
    const auto tensors = ReadCheckpoint(*path);
    ASSERT_TRUE(tensors.ok()) << tensors.status();
    for (const json& variable : row["variables"]) {
      const std::string name = variable[0];
      ASSERT_TRUE(tensors->contains(name)) << name;
      EXPECT_EQ(
          std::vector<int64_t>(tensors->at(name).shape.begin(), tensors->at(name).shape.end()),
          Shape(variable[1]))
          << name;
    }
  }
  RowsChecked(rows.size(), "zoo/variables.jsonl");
}

/// The numbers of one head, or of several one after another.
std::vector<double> Flat(const json& values) {
  std::vector<double> flat;
  if (!values.is_array()) return {values.get<double>()};
  for (const json& value : values) {
    if (value.is_array()) {
      for (const json& each : value) flat.push_back(each);
    } else {
      flat.push_back(value);
    }
  }
  return flat;
}

/// The probability of each key of the steps of `roll`, asked from low to high.
std::vector<std::vector<double>> KeyProbabilities(const std::shared_ptr<const Model>& model,
                                                  const std::vector<Keys>& roll) {
  std::vector<std::vector<double>> probabilities;
  Session session(model, 1);
  session.Prime({{kRollStart}});
  for (const Keys& keys : roll) {
    std::vector<double>& step = probabilities.emplace_back();
    for (int key = 0; key < kPianorollKeys; ++key) {
      step.push_back(1 / (1 + std::exp(-double{session.Logits(0)[key]})));
      if (keys[key]) session.Prime({{key}});
    }
    session.Prime({{kRollStepEnd}});
  }
  return probabilities;
}

void ExpectRollInference(const json& row, const std::shared_ptr<const Model>& model) {
  constexpr double kAdded = 1e-6;
  const std::vector<Keys> roll = ZooRoll(row["events"]);
  const auto probabilities = KeyProbabilities(model, roll);
  ASSERT_EQ(roll.size(), row["log_prob"].size());
  double total = 0;
  for (size_t step = 0; step < roll.size(); ++step) {
    double log_prob = 0;
    for (int key = 0; key < kPianorollKeys; ++key) {
      const double p = probabilities[step][key];
      log_prob += std::log(kAdded + (roll[step][key] ? p : 1 - p));
    }
    const double wanted = row["log_prob"][step];
    EXPECT_NEAR(log_prob, wanted, 1e-5 * std::abs(wanted) + 1e-5) << step;
    total += wanted;
    if (step >= row["conditional"].size()) continue;
    for (int key = 0; key < kPianorollKeys; ++key) {
      EXPECT_NEAR(probabilities[step][key], row["conditional"][step][key], 2e-6);
    }
  }
  const auto likelihood = LogLikelihood(model, {RollEvents(roll), {}});
  ASSERT_TRUE(likelihood.ok()) << likelihood.status();
  EXPECT_NEAR(likelihood->total / total, 1, 1e-4);
}

TEST(ZooModels, Inference) {
  const std::vector<json> rows = RowsOfModels("inference.jsonl");
  ASSERT_FALSE(rows.empty());
  for (const json& row : rows) {
    SCOPED_TRACE(What(row));
    double bundled = 0;
    for (const bool bundle : {true, false}) {
      const auto model = ZooModel(row["config"], bundle);
      ASSERT_NE(model, nullptr);
      if (IsOfRolls(*model->spec)) {
        ExpectRollInference(row, model);
        continue;
      }
      const EventSequence sequence = ZooEvents(*model->spec, row);
      Session session(model, 1, model->codec->ControlOf(sequence));
      double worst = 0;
      for (size_t step = 0; step < row["softmax"].size(); ++step) {
        session.Push(sequence.events[step]);
        session.Step();
        const std::vector<float> got = session.Distribution(0);
        const std::vector<double> want = Flat(row["softmax"][step]);
        ASSERT_EQ(got.size(), want.size());
        for (size_t i = 0; i < got.size(); ++i) {
          worst = std::max(worst, std::abs(got[i] - want[i]));
        }
      }
      EXPECT_LT(worst, 2e-6);
      const auto likelihood = LogLikelihood(model, sequence);
      ASSERT_TRUE(likelihood.ok()) << likelihood.status();
      for (size_t i = 0; i < likelihood->per_event.size(); ++i) {
        double want = 1;
        for (const double of_head : Flat(row["label_probability"][i])) want *= of_head;
        EXPECT_NEAR(std::exp(likelihood->per_event[i]), want, 1e-5) << i;
      }
      EXPECT_NEAR(likelihood->total / row["log_likelihood"].get<double>(), 1, 1e-4);
      if (bundle) {
        bundled = likelihood->total;
      } else {
        EXPECT_EQ(likelihood->total, bundled);
      }
    }
  }
  RowsChecked(rows.size(), "zoo/inference.jsonl");
}

}  // namespace
}  // namespace magenta
