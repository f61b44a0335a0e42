#include "magenta/generate/continuation.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <vector>

#include "magenta/base/status.h"

namespace magenta {
namespace {

struct Music {
  std::vector<std::pair<double, double>> tempos;  // time, qpm
  std::vector<std::pair<double, double>> notes;   // start, end
  bool drums = false;
};

NoteSequence Sequence(const Music& music) {
  NoteSequence sequence;
  for (const auto& [time, qpm] : music.tempos) {
    auto* tempo = sequence.add_tempos();
    tempo->set_time(time);
    tempo->set_qpm(qpm);
  }
  for (const auto& [start, end] : music.notes) {
    auto* note = sequence.add_notes();
    note->set_start_time(start);
    note->set_end_time(end);
    note->set_is_drum(music.drums);
  }
  return sequence;
}

/// "its end -> the section", or the error.
std::string Dump(const Music& music, const ContinuationOptions& options) {
  const auto end = EndOfNotes(Sequence(music), options.steps_per_quarter);
  if (!end.ok()) return ErrorLine(end.status());
  const auto request = ContinuationOf(Sequence(music), *end, options);
  if (!request.ok()) return ErrorLine(request.status());
  const auto& section = request->generator_options().generate_sections(0);
  return fmt::format("{} s, {} steps, {} qpm -> {} {}", end->seconds, end->steps, end->qpm,
                     section.start_time(), section.end_time());
}

TEST(Continuation, StepsOfTheWholeThroughChangesOfTempo) {
  ContinuationOptions plain, windows, named;
  plain.num_steps = windows.num_steps = 16;
  windows.reference_windows = true;
  named.num_steps = 4;
  named.steps_name = "steps";
  named.music_name = "the file";
  const struct {
    Music music;
    const ContinuationOptions& options;
    const char* dump;
  } rows[] = {
      {{{}, {{0, 1}}}, plain, "1 s, 8 steps, 120 qpm -> 1 2"},
      {{{{0, 60}}, {{0, 1}, {0.5, 0.75}}}, plain, "1 s, 4 steps, 60 qpm -> 1 4"},
      {{{{0, 60}}, {{0, 1}}}, windows, "1 s, 4 steps, 60 qpm -> 1.25 4"},
      // A second at 60 are 4 steps, a second at 120 are 8: 4 are left, of an eighth of a second.
      {{{{0, 60}, {1, 120}}, {{0, 2}}}, plain, "2 s, 12 steps, 120 qpm -> 2 2.5"},
      {{{{1, 120}, {0, 60}}, {{0, 2}}}, plain, "2 s, 12 steps, 120 qpm -> 2 2.5"},
      // A tempo after the last note is not yet heard.
      {{{{0, 60}, {5, 240}}, {{0, 2}}}, plain, "2 s, 8 steps, 60 qpm -> 2 4"},
      {{{}, {{0, 1}}},
       named,
       "the file takes 8 steps, and steps=4 counts them too. Give steps=12 for as many new ones."},
      {{{}, {}}, plain, "holds no note to go on from."},
      {{{}, {{0, 1}}, true}, plain, "holds drums alone, no note to go on from."},
  };
  for (const auto& row : rows) EXPECT_EQ(Dump(row.music, row.options), row.dump);
}

}  // namespace
}  // namespace magenta
