// Improv models beside the reference's: inputs and labels, examples, weights, softmax and whole
// requests with the draws that it used.

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <variant>

#include "magenta/generate/likelihood.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/generate/session.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "magenta/music/quantize.h"
#include "magenta/music/split.h"
#include "magenta/pipeline/training_example.h"
#include "tests/parity/rows_checked.h"
#include "tests/parity/zoo_rows.h"

namespace magenta {
namespace {

using nlohmann::json;

bool IsImprov(const std::string& config) { return config.ends_with("_improv"); }

/// Rows of `file`, at least one where the shared figures are.
std::vector<json> ImprovRows(const std::string& file) {
  std::vector<json> rows;
  for (json& row : ReadRows(ZooFolder() + file)) {
    if (IsImprov(row["config"])) rows.push_back(std::move(row));
  }
  EXPECT_TRUE(!rows.empty() || !HasSharedFolder()) << file;
  if (rows.empty()) std::puts(RowsLeftOut(1, "zoo/" + file + ", improv").c_str());
  return rows;
}

std::string NameOf(const json& row) {
  return row["config"].get<std::string>() + " " +
         row.value(row.contains("case") ? "case" : "sequence", "");
}

std::vector<ChordCode> CodesOf(const json& runs) {
  std::vector<ChordCode> codes;
  for (const json& run : runs) {
    const auto symbol = ParseChordSymbol(run[0].get<std::string>(), ChordSpelling::kReference);
    EXPECT_TRUE(symbol.ok()) << symbol.status();
    codes.insert(codes.end(), run[1].get<size_t>(), *symbol->Code());
  }
  return codes;
}

EventSequence SequenceOf(const json& row) {
  return {row["events"].get<std::vector<Event>>(), CodesOf(row["chords"])};
}

SparseVector InputOf(const json& pairs) {
  SparseVector input;
  for (const json& pair : pairs) input.Add(pair[0], pair[1]);
  return input;
}

std::shared_ptr<const Model> ZooModel(const std::string& config, bool from_run = false) {
  ModelSource source;
  source.config = config;
  const std::string folder = ZooFolder() + "models/" + config;
  if (from_run) {
    source.run_dir = folder + "/train";
  } else {
    source.bundle_file = folder + "/" + config + ".mag";
  }
  auto model = LoadModel(source);
  EXPECT_TRUE(model.ok()) << model.status();
  return model.ok() ? *model : nullptr;
}

TEST(ImprovParityTest, EncodesAsTheReference) {
  const auto rows = ImprovRows("encodings.jsonl");
  for (const json& row : rows) {
    SCOPED_TRACE(NameOf(row));
    const EventCodec& codec = *(*FindModel(row["config"].get<std::string>()))->codec;
    EXPECT_EQ(codec.input_size(), row["input_size"]);
    EXPECT_EQ(codec.num_classes(), row["num_classes"]);
    EXPECT_EQ(codec.default_label(), row["default_event_label"]);
    const TrainingExample example = EncodeExample(codec, SequenceOf(row));
    EXPECT_EQ(example.labels, row["labels"].get<std::vector<int>>());
    for (size_t i = 0; i < row["positions"].size(); ++i) {
      EXPECT_EQ(example.inputs.Row(row["positions"][i]), InputOf(row["inputs"][i]))
          << row["positions"][i];
    }
  }
  RowsChecked(rows.size(), "zoo/encodings.jsonl, improv");
}

/// What a model learns from `sequence`, as the reference would.
std::vector<EventSequence> ExamplesOf(const ModelSpec& spec, const NoteSequence& sequence) {
  ExampleOptions options;
  options.Set("strict", 1);
  std::vector<EventSequence> all;
  for (const NoteSequence& part : SplitOnTimeChanges(sequence)) {
    const auto quantized = Quantize(part, spec.grid);
    EXPECT_TRUE(quantized.ok()) << quantized.status();
    if (!quantized.ok()) continue;
    Examples examples = spec.kind->ExtractExamples(*quantized, options);
    std::move(examples.sequences.begin(), examples.sequences.end(), std::back_inserter(all));
  }
  return all;
}

TEST(ImprovParityTest, ExtractsAsManyExamples) {
  const auto inputs = ReadZooInputs("lead_sheets");
  const auto rows = ImprovRows("extracted_lead_sheets.jsonl");
  for (const json& row : rows) {
    SCOPED_TRACE(NameOf(row));
    const auto input = inputs.find(row["sequence"]);
    ASSERT_NE(input, inputs.end());
    const ModelSpec& spec = **FindModel(row["config"].get<std::string>());
    EXPECT_EQ(ExamplesOf(spec, input->second).size(), row["examples"]);
  }
  RowsChecked(rows.size(), "zoo/extracted_lead_sheets.jsonl, by kind");
}

TrainingExample ToSparse(const DenseExample& dense) {
  TrainingExample example;
  example.labels.assign(dense.labels.begin(), dense.labels.end());
  for (size_t i = 0; i < dense.inputs.size(); ++i) {
    const int column = static_cast<int>(i % static_cast<size_t>(dense.input_size));
    if (dense.inputs[i] != 0) example.inputs.Add(column, dense.inputs[i]);
    if (column == dense.input_size - 1) example.inputs.EndRow();
  }
  return example;
}

// Each is one that we make of the same music.
TEST(ImprovParityTest, MakesTheReferencesExamples) {
  const auto inputs = ReadZooInputs("lead_sheets");
  size_t records = 0;
  for (const char* config : {"basic_improv", "attention_improv", "chord_pitches_improv"}) {
    const std::string path = ZooFolder() + "examples/" + config + ".tfrecord";
    if (!std::filesystem::exists(path)) {
      std::puts(RowsLeftOut(1, std::string("zoo/examples, ") + config).c_str());
      continue;
    }
    SCOPED_TRACE(config);
    const ModelSpec& spec = **FindModel(config);
    std::vector<EventSequence> ours;
    for (const auto& [id, input] : inputs) {
      for (EventSequence& example : ExamplesOf(spec, input)) ours.push_back(std::move(example));
    }
    auto reader = RecordReader::Open(path);
    ASSERT_TRUE(reader.ok()) << reader.status();
    for (std::string record; *reader->Next(&record); ++records) {
      const auto example = ParseExample(record);
      ASSERT_TRUE(example.ok()) << example.status();
      const TrainingExample wanted = ToSparse(std::get<DenseExample>(*example));
      EXPECT_TRUE(std::any_of(ours.begin(), ours.end(), [&](const EventSequence& own) {
        return own.events.size() == wanted.labels.size() + 1 &&
               EncodeExample(*spec.codec, own) == wanted;
      })) << records;
    }
  }
  RowsChecked(records, "zoo/examples, improv");
}

TEST(ImprovParityTest, HasTheReferencesHyperParametersAndWeights) {
  const auto rows = ImprovRows("variables.jsonl");
  for (const json& row : rows) {
    const std::string config = row["config"];
    SCOPED_TRACE(config);
    const ModelSpec& spec = **FindModel(config);
    const json& hparams = row["hparams"];
    EXPECT_EQ(spec.hparams.batch_size, hparams["batch_size"]);
    EXPECT_EQ(spec.hparams.rnn_layer_sizes, hparams["rnn_layer_sizes"].get<std::vector<int>>());
    EXPECT_EQ(spec.hparams.dropout_keep_prob, hparams["dropout_keep_prob"]);
    EXPECT_EQ(spec.hparams.attn_length, hparams["attn_length"]);
    EXPECT_EQ(spec.hparams.clip_norm, hparams["clip_norm"]);
    EXPECT_EQ(spec.hparams.learning_rate, hparams["learning_rate"]);
    EXPECT_EQ(spec.grid.steps(), row["steps_per_quarter"]);
    EXPECT_EQ(spec.id, row["generator_details"][0]);
    const auto model = ZooModel(config);
    ASSERT_NE(model, nullptr);
    EXPECT_EQ(model->id, config);
    EXPECT_EQ(model->description, row["generator_details"][1]);
    EXPECT_EQ(model->bundle_description, row["bundle_details"]);
  }
  RowsChecked(rows.size(), "zoo/variables.jsonl, improv");
}

TEST(ImprovParityTest, SoftmaxAndLogLikelihood) {
  const auto rows = ImprovRows("inference.jsonl");
  std::map<std::string, std::shared_ptr<const Model>> models;
  for (const json& row : rows) {
    SCOPED_TRACE(NameOf(row));
    auto& model = models[row["config"]];
    const bool has_run = std::filesystem::exists(
        ZooFolder() + "models/" + row["config"].get<std::string>() + "/train/checkpoint");
    if (model == nullptr) model = ZooModel(row["config"], has_run);
    ASSERT_NE(model, nullptr);
    const EventSequence sequence = SequenceOf(row);
    const json& softmax = row["softmax"];
    Session session(model, 1, model->codec->MakeControl(sequence.control));
    for (size_t step = 0; step < softmax.size(); ++step) {
      session.Push(sequence.events[step]);
      session.Step();
      const std::vector<float> got = session.Distribution(0);
      ASSERT_EQ(got.size(), softmax[step].size());
      for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], double(softmax[step][i]), 1e-5);
    }
    const auto likelihood = LogLikelihood(model, sequence);
    ASSERT_TRUE(likelihood.ok());
    EXPECT_NEAR(likelihood->total / row["log_likelihood"].get<double>(), 1, 1e-4);
    const std::vector<double> wanted = row["label_probability"];
    ASSERT_EQ(likelihood->per_event.size(), wanted.size());
    for (size_t i = 0; i < wanted.size(); ++i) {
      EXPECT_NEAR(std::exp(likelihood->per_event[i]), wanted[i], 1e-5) << i;
    }
  }
  RowsChecked(rows.size(), "zoo/inference.jsonl, improv");
}

/// Draws from a list; past its end it counts and gives 0.
class ImprovDraws final : public UniformSource {
 public:
  explicit ImprovDraws(std::vector<double> draws) : draws_(std::move(draws)) {}
  double Next() override { return used_ < draws_.size() ? draws_[used_++] : (++excess_, 0.0); }
  bool all_used() const { return used_ == draws_.size() && excess_ == 0; }

 private:
  std::vector<double> draws_;
  size_t used_ = 0;
  int excess_ = 0;
};

GenerateSequenceRequest RequestOf(const json& row) {
  GenerateSequenceRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(row["input"].get<std::string>(),
                                                            request.mutable_input_sequence()));
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(row["options"].get<std::string>(),
                                                            request.mutable_generator_options()));
  (*request.mutable_generator_options()->mutable_args())["reference_windows"].set_int_value(1);
  return request;
}

void ExpectNote(const NoteSequence::Note& note, const json& want) {
  EXPECT_EQ(note.pitch(), want[0]);
  EXPECT_EQ(note.velocity(), want[1]);
  EXPECT_NEAR(note.start_time(), want[2], 1e-9);
  EXPECT_NEAR(note.end_time(), want[3], 1e-9);
  EXPECT_EQ(note.program(), want[4]);
  EXPECT_EQ(note.is_drum(), want[5] != 0);
  EXPECT_EQ(note.instrument(), want[6]);
}

/// `rendered` are the notes after those of the output.
void ExpectOutput(const NoteSequence& got, const json& want, const json& rendered) {
  EXPECT_EQ(got.ticks_per_quarter(), want["ticks_per_quarter"]);
  EXPECT_NEAR(got.total_time(), want["total_time"], 1e-9);
  ASSERT_EQ(got.tempos_size(), int(want["tempos"].size()));
  EXPECT_EQ(got.tempos(0).qpm(), want["tempos"][0][1]);
  json notes = want["notes"];
  for (const json& note : rendered) notes.push_back(note);
  ASSERT_EQ(got.notes_size(), int(notes.size()));
  for (int i = 0; i < got.notes_size(); ++i) {
    SCOPED_TRACE(i);
    ExpectNote(got.notes(i), notes[i]);
  }
  ASSERT_EQ(got.text_annotations_size(), int(want["chords"].size()));
  for (int i = 0; i < got.text_annotations_size(); ++i) {
    EXPECT_NEAR(got.text_annotations(i).time(), want["chords"][i][0], 1e-9);
    EXPECT_EQ(got.text_annotations(i).text(), want["chords"][i][1]);
    EXPECT_EQ(got.text_annotations(i).annotation_type(),
              NoteSequence::TextAnnotation::CHORD_SYMBOL);
  }
}

/// Requests at which the reference fails and ours generates: docs/parity.md.
bool IsMended(const json& row) {
  const std::string error = row.value("error", ""), name = row["case"];
  return error.starts_with("AssertionError") || name == "no primer" ||
         name == "section from the step where the primer ends";
}

TEST(ImprovParityTest, GeneratesAsTheReference) {
  std::map<std::string, std::shared_ptr<const Model>> models;
  for (const char* file : {"generated.jsonl", "generated_more.jsonl"}) {
    size_t checked = 0;
    for (const json& row : ImprovRows(file)) {
      SCOPED_TRACE(NameOf(row));
      auto& model = models[row["config"]];
      if (model == nullptr) model = ZooModel(row["config"]);
      ASSERT_NE(model, nullptr);
      GenerateSequenceRequest request = RequestOf(row);
      if (row.contains("rendered")) {
        (*request.mutable_generator_options()->mutable_args())["render_chords"].set_int_value(1);
      }
      ImprovDraws draws(row.value("draws", std::vector<double>()));
      UniformSource* const sources[] = {&draws};
      const auto generation = SequenceGenerator(model).GenerateFrom(request, sources);
      ++checked;
      if (row.contains("error")) {
        if (IsMended(row)) {
          --checked;
          EXPECT_TRUE(generation.ok() || row["case"] == "no primer") << generation.status();
        } else {
          EXPECT_FALSE(generation.ok()) << row["error"];
        }
        continue;
      }
      ASSERT_TRUE(generation.ok()) << generation.status();
      EXPECT_TRUE(draws.all_used());
      const GeneratedOutput& output = generation->outputs[0];
      EXPECT_EQ(output.events.events, row["events"].get<std::vector<Event>>());
      EXPECT_NEAR(output.log_likelihood / row["scores"].back().get<double>(), 1, 1e-4);
      ExpectOutput(output.sequence, row["output"], row.value("rendered", json::array()));
    }
    RowsChecked(checked, std::string("zoo/") + file + ", improv");
  }
}

}  // namespace
}  // namespace magenta
