// What the reference's generators gave for the models of goldens/zoo, from the draws they used.

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "magenta/generate/likelihood.h"
#include "magenta/generate/sequence_generator.h"
#include "tests/parity/recorded_uniform.h"
#include "tests/parity/rows_checked.h"
#include "tests/parity/zoo_events.h"

namespace magenta {
namespace {

using nlohmann::json;

GenerateSequenceRequest RequestOf(const json& row) {
  GenerateSequenceRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(row["input"].get<std::string>(),
                                                            request.mutable_input_sequence()));
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(row["options"].get<std::string>(),
                                                            request.mutable_generator_options()));
  auto& args = *request.mutable_generator_options()->mutable_args();
  args["reference_windows"].set_int_value(1);
  return request;
}

/// start, pitch, end, velocity, program, is_drum, instrument; times in nanoseconds.
using NoteFacts = std::tuple<int64_t, int, int64_t, int, int, bool, int>;

int64_t Nanoseconds(double seconds) { return std::llround(seconds * 1e9); }

/// In order of time and pitch: the reference's order within a step is a Python set's.
std::vector<NoteFacts> FactsOf(const NoteSequence& sequence) {
  std::vector<NoteFacts> facts;
  for (const auto& note : sequence.notes()) {
    facts.emplace_back(Nanoseconds(note.start_time()), note.pitch(), Nanoseconds(note.end_time()),
                       note.velocity(), note.program(), note.is_drum(), note.instrument());
  }
  std::sort(facts.begin(), facts.end());
  return facts;
}

std::vector<NoteFacts> FactsOf(const json& notes) {
  std::vector<NoteFacts> facts;
  for (const json& note : notes) {
    facts.emplace_back(Nanoseconds(note[2]), note[0], Nanoseconds(note[3]), note[1], note[4],
                       note[5] != 0, note[6]);
  }
  std::sort(facts.begin(), facts.end());
  return facts;
}

void ExpectOutput(const json& row, const GeneratedOutput& got) {
  const json& want = row["output"];
  EXPECT_EQ(FactsOf(got.sequence), FactsOf(want["notes"]));
  EXPECT_NEAR(got.sequence.total_time(), want["total_time"], 1e-9);
  EXPECT_EQ(got.sequence.ticks_per_quarter(), want["ticks_per_quarter"]);
  ASSERT_EQ(got.sequence.tempos_size(), static_cast<int>(want["tempos"].size()));
  for (int i = 0; i < got.sequence.tempos_size(); ++i) {
    EXPECT_DOUBLE_EQ(got.sequence.tempos(i).qpm(), want["tempos"][i][1]);
  }
}

int ArgOf(const GeneratorOptions& options, const char* name) {
  const auto found = options.args().find(name);
  return found == options.args().end() ? 1 : found->second.int_value();
}

/// The draws that count: one a row of the beam a step. The reference's graph has `batch_size` rows,
/// and draws for what fills up the last batch of a step too.
std::vector<double> DrawsOfBeam(const json& row, const GeneratorOptions& options) {
  const std::vector<double> draws = row["draws"];
  const size_t beam = ArgOf(options, "beam_size") * ArgOf(options, "branch_factor");
  const size_t batch = row["batch_size"], drawn = (beam + batch - 1) / batch * batch;
  std::vector<double> used;
  for (size_t i = 0; i < draws.size(); ++i) {
    if (i % drawn < beam) used.push_back(draws[i]);
  }
  return used;
}

/// Whether the reference fails at what is no fault of the request, so that ours generates.
bool IsMended(const json& row, const MusicKind& kind) {
  const std::string error = row.value("error", "");
  if (kind.HearsSeconds()) return error.starts_with("ValueError: Invalid velocity");
  return kind.plays_chords() &&
         (error.starts_with("ValueError") || error.starts_with("IndexError"));
}

/// Of rounds each hears all that was before it again.
double ScoreOf(const json& row, const MusicKind& kind) {
  if (kind.begins_alone() || kind.HearsSeconds()) return row["scores"].back();
  double score = 0;
  for (const json& of_call : row["scores"]) score += of_call.get<double>();
  return score;
}

/// Rolls, of which the reference draws nothing: each key sounds or not, by its probability. What it
/// sums leaves the primer out, and adds a millionth to each probability.
void ExpectRoll(const std::shared_ptr<const Model>& model, const json& row) {
  GenerateSequenceRequest request = RequestOf(row);
  (*request.mutable_generator_options()->mutable_args())["temperature"].set_float_value(0);
  const auto generation = SequenceGenerator(model).GenerateMany(request, 1);
  ASSERT_TRUE(generation.ok()) << generation.status();
  const GeneratedOutput& got = generation->outputs[0];
  EXPECT_EQ(got.events.events, ZooEvents(*model->spec, row).events);
  EventSequence primer = ZooEvents(*model->spec, row, "primer");
  EXPECT_EQ(static_cast<size_t>(got.primer_size), primer.events.size());
  primer.control = got.events.control;
  const auto of_primer = LogLikelihood(model, primer);
  ASSERT_TRUE(of_primer.ok()) << of_primer.status();
  EXPECT_NEAR((got.log_likelihood - of_primer->total) / row["scores"][0].get<double>(), 1, 1e-4);
  ExpectOutput(row, got);
}

void ExpectGenerated(const std::shared_ptr<const Model>& model, const json& row) {
  const GenerateSequenceRequest request = RequestOf(row);
  const MusicKind& kind = *model->spec->kind;
  if (IsMended(row, kind)) {
    const auto generated = SequenceGenerator(model).Generate(request);
    EXPECT_TRUE(generated.ok()) << generated.status();
    return;
  }
  if (IsOfRolls(*model->spec)) return ExpectRoll(model, row);
  const bool fails = row.contains("error");
  const std::vector<double> recorded =
      fails ? std::vector<double>() : DrawsOfBeam(row, request.generator_options());
  RecordedUniform draws(recorded);
  UniformSource* const sources[] = {&draws};
  const auto generation = SequenceGenerator(model).GenerateFrom(request, sources);
  if (fails) {
    EXPECT_FALSE(generation.ok()) << "the reference says " << row["error"];
    return;
  }
  ASSERT_TRUE(generation.ok()) << generation.status();
  EXPECT_EQ(draws.used(), recorded.size());
  EXPECT_EQ(draws.excess(), 0);
  const GeneratedOutput& got = generation->outputs[0];
  EXPECT_EQ(got.events.events, ZooEvents(*model->spec, row).events);
  const EventSequence primer = ZooEvents(*model->spec, row, "primer");
  EXPECT_EQ(static_cast<size_t>(got.primer_size), primer.events.size());
  EXPECT_NEAR(got.log_likelihood / ScoreOf(row, kind), 1, 1e-4);
  ExpectOutput(row, got);
}

TEST(ZooGenerated, EveryRow) {
  ZooModels models;
  for (const char* name : {"generated.jsonl", "generated_more.jsonl"}) {
    std::vector<json> rows = RowsOfModels(name);
    // Those of chords are improv_test's, of whole notes performance_generated_test's, with the
    // faults of the reference that are mended there.
    std::erase_if(rows, [](const json& row) {
      const ModelSpec& spec = **FindModel(row["config"].get<std::string>());
      return spec.kind->ReadsChords() || spec.codec->head_sizes().size() > 1;
    });
    for (const json& row : rows) {
      const std::string config = row["config"];
      SCOPED_TRACE(std::string(name) + " " + config + ": " + row["case"].get<std::string>());
      ASSERT_NE(models.Of(config), nullptr);
      ExpectGenerated(models.Of(config), row);
    }
    EXPECT_FALSE(rows.empty() && std::string(name) == "generated.jsonl");
    if (!rows.empty()) RowsChecked(rows.size(), std::string("zoo/") + name);
  }
}

}  // namespace
}  // namespace magenta
