// What the reference's generator gave, note for note, with the draws that it used.

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "magenta/generate/sequence_generator.h"
#include "magenta/music/melody.h"
#include "tests/parity/golden_rows.h"
#include "tests/parity/recorded_uniform.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

/// What melody_rnn_generate asks for: docs/rules.md section 5.
GenerateSequenceRequest CommandRequest(const nlohmann::json& row) {
  const double qpm = row["qpm"], step = 60.0 / qpm / 4;
  const auto melody = Melody::FromEvents(row["primer"].get<std::vector<Event>>());
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() = melody->ToSequence(qpm);
  auto& options = *request.mutable_generator_options();
  auto* section = options.add_generate_sections();
  section->set_start_time(request.input_sequence().total_time() + step);
  section->set_end_time(row["num_steps"].get<int>() * step);
  (*options.mutable_args())["temperature"].set_float_value(row["temperature"]);
  (*options.mutable_args())["reference_windows"].set_int_value(1);
  return request;
}

void ExpectSameTime(double got, double want, const std::string& what) {
  EXPECT_NEAR(got, want, std::abs(want) * 1e-11) << what;
}

void ExpectSameNotes(const NoteSequence& got, const nlohmann::json& row, const std::string& what) {
  EXPECT_EQ(got.ticks_per_quarter(), row["ticks_per_quarter"]) << what;
  ExpectSameTime(got.total_time(), row["total_time"], what);
  ASSERT_EQ(got.tempos_size(), int(row["tempos"].size())) << what;
  for (int i = 0; i < got.tempos_size(); ++i) {
    ExpectSameTime(got.tempos(i).time(), row["tempos"][i][0], what);
    ExpectSameTime(got.tempos(i).qpm(), row["tempos"][i][1], what);
  }
  EXPECT_EQ(got.time_signatures_size(), int(row["time_signatures"].size())) << what;
  EXPECT_EQ(got.key_signatures_size(), int(row["key_signatures"].size())) << what;
  ASSERT_EQ(got.notes_size(), int(row["notes"].size())) << what;
  for (int i = 0; i < got.notes_size(); ++i) {
    const auto& note = got.notes(i);
    const auto& want = row["notes"][i];
    const std::string here = what + " note " + std::to_string(i);
    EXPECT_EQ(note.pitch(), want[0]) << here;
    EXPECT_EQ(note.velocity(), want[1]) << here;
    ExpectSameTime(note.start_time(), want[2], here);
    ExpectSameTime(note.end_time(), want[3], here);
    EXPECT_EQ(note.program(), want[4]) << here;
    EXPECT_EQ(note.is_drum(), want[5] != 0) << here;
    EXPECT_EQ(note.instrument(), want[6]) << here;
  }
}

TEST(GeneratedParityTest, EveryRow) {
  const auto rows = GoldenRows("generated.jsonl", 30);
  EXPECT_EQ(rows.size(), 30u);
  std::map<std::string, std::shared_ptr<const Model>> models;
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string config = rows[i]["config"];
    const std::string what = "row " + std::to_string(i) + " " + config;
    if (!models.contains(config)) {
      ModelSource source;
      source.config = config;
      source.bundle_file = GoldensFolder() + "/models/" + config + "/" + config + ".mag";
      auto model = LoadModel(source);
      ASSERT_TRUE(model.ok()) << model.status();
      models[config] = *model;
    }
    RecordedUniform draws(rows[i]["draws"].get<std::vector<double>>());
    UniformSource* const sources[] = {&draws};
    const SequenceGenerator generator(models[config]);
    const auto generation = generator.GenerateFrom(CommandRequest(rows[i]), sources);
    ASSERT_TRUE(generation.ok()) << what << ": " << generation.status();
    EXPECT_EQ(draws.used(), rows[i]["draws"].size()) << what;
    EXPECT_EQ(draws.excess(), 0) << what;
    ExpectSameNotes(generation->outputs[0].sequence, rows[i], what);
  }
  RowsChecked(rows.size(), "generated.jsonl");
}

}  // namespace
}  // namespace magenta
