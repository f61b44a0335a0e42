#include "magenta/music/tempo_map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace magenta {
namespace {

struct TempoAt {
  double time, qpm;
};

NoteSequence WithTempos(const std::vector<TempoAt>& tempos) {
  NoteSequence sequence;
  for (const TempoAt& given : tempos) {
    auto* tempo = sequence.add_tempos();
    tempo->set_time(given.time);
    tempo->set_qpm(given.qpm);
  }
  return sequence;
}

TEST(StraightTime, CountsBeats) {
  const struct {
    std::vector<TempoAt> tempos;
    double at;
    double qpm;
    std::vector<std::pair<double, double>> times;  // seconds, straight seconds
  } rows[] = {
      {{}, 3, 120, {{0, 0}, {7.3, 7.3}}},
      {{{0, 97}}, 0, 97, {{0, 0}, {7.3, 7.3}}},
      // 120 for two seconds (4 quarters), then 60.
      {{{0, 120}, {2, 60}}, 0, 120, {{-1, -1}, {1, 1}, {2, 2}, {4, 3}, {5, 3.5}}},
      {{{0, 120}, {2, 60}}, 2, 60, {{0, 0}, {1, 2}, {2, 4}, {4, 6}}},
      // Out of order, one of them nowhere; 120 is implied before the first.
      {{{4, 240}, {2, 60}, {NAN, 10}}, 3, 60, {{1, 2}, {2, 4}, {3, 5}, {4, 6}, {5, 10}}},
      // Several at one time: the last counts.
      {{{0, 30}, {0, 60}, {1, 90}, {1, 120}}, 0, 60, {{1, 1}, {2, 3}}},
  };
  for (const auto& row : rows) {
    const StraightTime time(WithTempos(row.tempos), row.at);
    EXPECT_EQ(time.qpm(), row.qpm);
    for (const auto& [seconds, straight] : row.times) {
      EXPECT_DOUBLE_EQ(time.Straighten(seconds), straight);
      EXPECT_DOUBLE_EQ(time.Restore(straight), seconds);
    }
  }
}

TEST(StraightTime, OneTempoChangesNoBit) {
  const StraightTime time(WithTempos({{0, 97.3}, {5, 97.3}}), 0);
  for (const double seconds : {0.1, 1 / 3.0, 4.999999999, 5.000000001, 123.456}) {
    EXPECT_EQ(time.Straighten(seconds), seconds);
    EXPECT_EQ(time.Restore(seconds), seconds);
  }
}

TEST(StraightTime, ASequenceKeepsNotesAndOneMeter) {
  NoteSequence sequence = WithTempos({{0, 120}, {2, 60}});
  sequence.add_time_signatures()->set_numerator(3);
  auto* later = sequence.add_time_signatures();
  later->set_time(2);
  later->set_numerator(5);
  auto* note = sequence.add_notes();
  note->set_pitch(61);
  note->set_start_time(1);
  note->set_end_time(3);
  sequence.set_total_time(4);
  sequence.mutable_source_info()->set_encoding_type(NoteSequence::SourceInfo::ABC);
  const NoteSequence straight = Straightened(sequence, StraightTime(sequence, 0), 0);
  ASSERT_EQ(straight.notes_size(), 1);
  EXPECT_EQ(straight.notes(0).pitch(), 61);
  EXPECT_EQ(straight.notes(0).start_time(), 1);
  EXPECT_EQ(straight.notes(0).end_time(), 2.5);
  EXPECT_EQ(straight.total_time(), 3);
  EXPECT_EQ(straight.source_info().encoding_type(), NoteSequence::SourceInfo::ABC);
  ASSERT_EQ(straight.tempos_size(), 1);
  ASSERT_EQ(straight.time_signatures_size(), 1);
  EXPECT_EQ(straight.time_signatures(0).numerator(), 3);
  EXPECT_EQ(Straightened(sequence, StraightTime(sequence, 2), 2).time_signatures(0).numerator(), 5);
}

}  // namespace
}  // namespace magenta
