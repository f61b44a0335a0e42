#include "magenta/live/realtime/transport.h"

#include <gtest/gtest.h>

namespace magenta {
namespace {

constexpr int64_t kNever = Transport::kNever;

TEST(Transport, OurOwnClockIsALine) {
  Transport transport(120, 4, 0);
  transport.SetRate(0, 48000);
  EXPECT_EQ(transport.FrameOf(0), kNever);
  transport.Start(100, 16);
  EXPECT_EQ(transport.FrameOf(16), 100);
  EXPECT_EQ(transport.FrameOf(17), 6100);
  EXPECT_DOUBLE_EQ(transport.PositionAt(3100), 16.5);
  transport.SetTempo(6100, 60);  // step 17
  EXPECT_EQ(transport.FrameOf(18), 6100 + 12000);
  transport.SetTempo(6100, 0);  // held at 10
  EXPECT_DOUBLE_EQ(transport.qpm(), 10);
  EXPECT_EQ(transport.FrameOf(18), 6100 + 72000);
  transport.SetTempo(6100, 1e9);
  EXPECT_DOUBLE_EQ(transport.qpm(), 1000);
  transport.Stop(6100);
  EXPECT_EQ(transport.FrameOf(18), kNever);
  EXPECT_DOUBLE_EQ(transport.PositionAt(99999), 17);
}

TEST(Transport, AStepSoundsWithItsTickHoweverUnevenTicksAre) {
  Transport transport(120, 4, 4.0 / 24);
  transport.SetRate(0, 48000);
  transport.Start(0, 16);
  EXPECT_EQ(transport.FrameOf(16), kNever);
  // 120 quarters a minute: a tick each 1000 frames, more or less.
  const int64_t frames[] = {500, 1490, 2520, 3480, 4503, 5507, 6511};
  for (int i = 0; i < 7; ++i) {
    EXPECT_GT(transport.FrameOf(16 + i / 6.0), frames[i] - 1) << i;
    transport.Tick(frames[i]);
    EXPECT_NEAR(transport.PositionAt(frames[i]), 16 + i / 6.0, 1e-9);
    EXPECT_LT(transport.PositionAt(frames[i] + 100000), 16 + (i + 1) / 6.0);
  }
  EXPECT_EQ(transport.FrameOf(17), 6511);
  EXPECT_NEAR(transport.qpm(), 120, 3);
  EXPECT_FALSE(transport.Stalled(6511 + 20000));
  EXPECT_TRUE(transport.Stalled(6511 + 30000));
}

TEST(Transport, FollowsTempoChangesWithinABeat) {
  Transport transport(120, 4, 4.0 / 24);
  transport.SetRate(0, 48000);
  transport.Start(0, 0);
  int64_t frame = 0;
  for (int i = 0; i < 24; ++i) transport.Tick(frame += 1000);
  EXPECT_NEAR(transport.qpm(), 120, 0.5);
  for (int i = 0; i < 24; ++i) transport.Tick(frame += 2000);
  EXPECT_NEAR(transport.qpm(), 60, 0.5);
  for (int i = 0; i < 2000; ++i) transport.Tick(frame += 1);  // a storm
  EXPECT_LE(transport.qpm(), 1000);
}

TEST(Transport, WhatComesTooFastForLongIsNoClock) {
  for (const double steps_per_tick : {4.0 / 24, 16.0}) {
    Transport transport(120, 4, steps_per_tick);
    transport.SetRate(0, 48000);
    transport.Start(0, 0);
    // A burst that was held up counts; two minutes of ticks a frame amount to no more than 1000
    // quarters a minute.
    for (int i = 0; i < 3; ++i) transport.Tick(1000);
    EXPECT_NEAR(transport.PositionAt(1000), 2 * steps_per_tick, 1e-9);
    for (int64_t frame = 1001; frame < 480000; ++frame) transport.Tick(frame);
    EXPECT_LT(transport.PositionAt(480000), (10.5 * 1000 / 60 + 12) * 4);
    EXPECT_GT(transport.PositionAt(480000), 9 * 1000 / 60 * 4);
  }
}

}  // namespace
}  // namespace magenta
