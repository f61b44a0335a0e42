// Improv models beside the reference's, where chords make them unlike others (zoo_models_test.cc):
// what is extracted and written, and whole requests with the draws that it used.

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <variant>

#include "magenta/generate/sequence_generator.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/music/quantize.h"
#include "magenta/music/split.h"
#include "magenta/pipeline/training_example.h"
#include "tests/parity/recorded_uniform.h"
#include "tests/parity/rows_checked.h"
#include "tests/parity/zoo_events.h"

namespace magenta {
namespace {

using nlohmann::json;

bool IsImprov(const std::string& config) {
  const auto spec = FindModel(config);
  return spec.ok() && (*spec)->kind->ReadsChords();
}

/// Rows of the file at `path`.
std::vector<json> ImprovRows(const std::string& path) {
  std::vector<json> rows;
  for (json& row : ReadRows(path)) {
    if (IsImprov(row["config"])) rows.push_back(std::move(row));
  }
  return rows;
}

std::string NameOf(const json& row) {
  return row["config"].get<std::string>() + " " +
         row.value(row.contains("case") ? "case" : "sequence", "");
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
  ForZooRows(
      "extracted_", [](const MusicKind& kind) { return kind.ReadsChords(); },
      [](const json& row, const NoteSequence& input, const ModelSpec& spec) {
        SCOPED_TRACE(NameOf(row));
        EXPECT_EQ(ExamplesOf(spec, input).size(), row["examples"]);
      });
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
  const auto inputs = ReadZooInputs();
  size_t records = 0;
  for (const std::string& path : ZooFiles("examples", "", ".tfrecord")) {
    const std::string config = std::filesystem::path(path).stem().string();
    if (!IsImprov(config)) continue;
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
  EXPECT_TRUE(records > 0 || !HasSharedFolder());
  if (records == 0) std::puts(RowsLeftOut(1, "zoo/examples, improv").c_str());
  RowsChecked(records, "zoo/examples, improv");
}

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

/// Of lengths and places of sections, where the reference fails at much that ours generates:
/// docs/parity.md. At chords that it refuses ours fails too.
bool MayBeMended(const std::string& error) {
  return error.starts_with("AssertionError") || error.starts_with("SequenceGeneratorError");
}

TEST(ImprovParityTest, GeneratesAsTheReference) {
  ZooModels models;
  size_t all = 0;
  for (const std::string& path : ZooFiles("", "generated", ".jsonl")) {
    size_t checked = 0;
    for (const json& row : ImprovRows(path)) {
      ++all;
      SCOPED_TRACE(NameOf(row));
      const auto model = models.Of(row["config"]);
      ASSERT_NE(model, nullptr);
      GenerateSequenceRequest request = RequestOf(row);
      if (row.contains("rendered")) {
        (*request.mutable_generator_options()->mutable_args())["render_chords"].set_int_value(1);
      }
      RecordedUniform draws(row.value("draws", std::vector<double>()));
      UniformSource* const sources[] = {&draws};
      const auto generation = SequenceGenerator(model).GenerateFrom(request, sources);
      ++checked;
      if (row.contains("error")) {
        if (generation.ok()) {
          EXPECT_TRUE(MayBeMended(row["error"])) << row["error"];
          --checked;
        }
        continue;
      }
      ASSERT_TRUE(generation.ok()) << generation.status();
      EXPECT_EQ(draws.used(), row["draws"].size());
      EXPECT_EQ(draws.excess(), 0);
      const GeneratedOutput& output = generation->outputs[0];
      EXPECT_EQ(output.events.events, row["events"].get<std::vector<Event>>());
      EXPECT_NEAR(output.log_likelihood / row["scores"].back().get<double>(), 1, 1e-4);
      ExpectOutput(output.sequence, row["output"], row.value("rendered", json::array()));
    }
    const std::string file = std::filesystem::path(path).filename().string();
    if (checked > 0) RowsChecked(checked, "zoo/" + file + ", improv");
  }
  EXPECT_TRUE(all > 0 || !HasSharedFolder());
  if (all == 0) std::puts(RowsLeftOut(1, "zoo/generated, improv").c_str());
}

}  // namespace
}  // namespace magenta
