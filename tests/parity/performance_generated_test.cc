// Whole notes: the events that the reference drew before it failed at them, from the draws it used.
// It draws so many at a time, ours ends where the section does.

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>

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
  (*request.mutable_generator_options()->mutable_args())["reference_windows"].set_int_value(1);
  return request;
}

/// `got` are the first of `want`, the last of them cut.
void ExpectBeginsAs(const MusicKind& kind, const std::vector<Event>& got,
                    const std::vector<Event>& want) {
  ASSERT_LE(got.size(), want.size());
  for (size_t i = 0; i + 1 < got.size(); ++i) ASSERT_EQ(got[i], want[i]) << "event " << i;
  const Event last = want[got.size() - 1];
  EXPECT_TRUE(got.back() == last || kind.CutTo(last, kind.StepsOf(got.back())) == got.back());
}

void ExpectRow(const std::shared_ptr<const Model>& model, const json& row) {
  RecordedUniform draws(row["draws"].get<std::vector<double>>());
  UniformSource* const sources[] = {&draws};
  const auto generation = SequenceGenerator(model).GenerateFrom(RequestOf(row), sources);
  ASSERT_TRUE(generation.ok()) << generation.status();
  const GeneratedOutput& got = generation->outputs[0];
  EXPECT_EQ(draws.excess(), 0);
  const EventSequence primer = ZooEvents(*model->spec, row, "primer");
  EXPECT_EQ(
      std::vector<Event>(got.events.events.begin(), got.events.events.begin() + got.primer_size),
      primer.events);
  ExpectBeginsAs(*model->spec->kind, got.events.events, ZooEvents(*model->spec, row).events);
}

/// Where the reference fails before it draws, or chooses among beams of another length, ours
/// generates, up to the section's end.
void ExpectMended(const std::shared_ptr<const Model>& model, const json& row) {
  const GenerateSequenceRequest request = RequestOf(row);
  const auto generated = SequenceGenerator(model).Generate(request);
  ASSERT_TRUE(generated.ok()) << generated.status();
  EXPECT_LE(generated->generated_sequence().total_time(),
            request.generator_options().generate_sections(0).end_time() + 1e-9);
}

TEST(WholeNotesGenerated, EveryRow) {
  ZooModels models;
  size_t all = 0;
  for (const std::string& path : ZooFiles("", "generated", ".jsonl")) {
    size_t checked = 0;
    for (const json& row : ReadRows(path)) {
      const auto spec = FindModel(row["config"].get<std::string>());
      if (!spec.ok() || (*spec)->codec->head_sizes().size() == 1) continue;
      ++all;
      ++checked;
      SCOPED_TRACE(row["config"].get<std::string>() + ": " + row["case"].get<std::string>());
      ASSERT_NE(models.Of(row["config"]), nullptr);
      if (row.contains("events") && !row["case"].get<std::string>().starts_with("beam")) {
        ExpectRow(models.Of(row["config"]), row);
      } else {
        ExpectMended(models.Of(row["config"]), row);
      }
    }
    const std::string file = std::filesystem::path(path).filename().string();
    if (checked > 0) RowsChecked(checked, "zoo/" + file + ", whole notes");
  }
  EXPECT_TRUE(all > 0 || !HasSharedFolder());
}

}  // namespace
}  // namespace magenta
