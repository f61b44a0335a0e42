#include "magenta/kinds/score_kind.h"

#include <gtest/gtest.h>

#include <set>

#include "magenta/base/check.h"
#include "magenta/music/score/sheet.h"

namespace magenta {
namespace {

/// A melody of quarters over a bass of halves, at 120 quarters a minute, in 3/4 after a pickup of
/// one.
QuantizedSequence Duo() {
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(120);
  auto* meter = sequence.add_time_signatures();
  meter->set_numerator(3);
  meter->set_denominator(4);
  const auto add = [&](int instrument, int pitch, double start, double end) {
    auto* note = sequence.add_notes();
    note->set_instrument(instrument);
    note->set_pitch(pitch);
    note->set_velocity(80);
    note->set_start_time(start);
    note->set_end_time(end);
  };
  for (int i = 0; i < 7; ++i) add(0, 72 + i, 0.5 * i, 0.5 * (i + 1));
  add(1, 48, 0.5, 1.5);
  add(1, 43, 2.0, 3.0);
  sequence.set_total_time(3.5);
  auto quantized = Quantize(sequence, Grid::PerQuarter(kTicksPerQuarter));
  MAGENTA_CHECK(quantized.ok());
  return *std::move(quantized);
}

Primer Read(const PrimerRequest& request) {
  const auto primer = MakeScoreKind({})->ReadPrimer(Duo(), request);
  EXPECT_TRUE(primer.ok()) << primer.status();
  return *primer;
}

TEST(ScoreKindTest, APrimerIsAllPartsUpToTheSection) {
  PrimerRequest request;
  request.search_start_step = -2 * kTicksPerQuarter;
  request.generate_start_step = 5 * kTicksPerQuarter;
  request.section_end_step = 13 * kTicksPerQuarter;
  const Primer primer = Read(request);
  const auto sheet = ReadSheet(primer.events.control);
  ASSERT_TRUE(sheet.ok()) << sheet.status();
  EXPECT_EQ(sheet->length, 13 * kTicksPerQuarter);
  EXPECT_EQ(sheet->voices, (std::vector<SheetVoice>{OpenVoiceOf(VoiceRole::kMelody, sheet->length),
                                                    OpenVoiceOf(VoiceRole::kBass, sheet->length)}));
  EXPECT_EQ(PlaceOf(*sheet, 0).place, 2 * kTicksPerQuarter);
  const VoiceLines lines = LinesOf(*sheet, primer.events.events);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].size(), 5u);
  EXPECT_EQ(lines[1], (std::vector<VoiceNote>{{12, 36, 48}, {48, 60, 43}}));  // cut at the section
  int64_t steps = 0;
  const auto kind = MakeScoreKind({});
  for (const Event event : primer.events.events) steps += kind->StepsOf(event);
  EXPECT_EQ(steps, 5 * kTicksPerQuarter);
}

TEST(ScoreKindTest, RendersWhatItReads) {
  PrimerRequest request;
  request.generate_start_step = 7 * kTicksPerQuarter;
  const Primer primer = Read(request);
  const NoteSequence notes = MakeScoreKind({})->Render(primer.events, primer, 120);
  const QuantizedSequence duo = Duo();
  std::multiset<std::pair<int, double>> found, want;
  for (const auto& note : notes.notes()) found.insert({note.pitch(), note.start_time()});
  for (const auto& note : duo.proto().notes()) want.insert({note.pitch(), note.start_time()});
  EXPECT_EQ(found, want);
}

TEST(ScoreKindTest, PitchesOutOfItsRangeAreHeardOctavesNearer) {
  ScoreKindOptions options;
  options.low = 60;
  options.pitches = 14;
  PrimerRequest request;
  request.generate_start_step = 7 * kTicksPerQuarter;
  const auto primer = MakeScoreKind(options)->ReadPrimer(Duo(), request);
  ASSERT_TRUE(primer.ok());
  for (const Event event : primer->events.events) {
    if (event < 0 || IsTimeShift(event)) continue;
    EXPECT_GE(event, 60);
    EXPECT_LT(event, 74);
  }
}

TEST(ScoreKindTest, WithoutNotesItIsSilentAndSaysSo) {
  NoteSequence empty;
  empty.add_tempos()->set_qpm(120);
  const auto quantized = Quantize(empty, Grid::PerQuarter(kTicksPerQuarter));
  PrimerRequest request;
  request.generate_start_step = kTicksPerQuarter;
  const auto primer = MakeScoreKind({})->ReadPrimer(*quantized, request);
  ASSERT_TRUE(primer.ok());
  EXPECT_EQ(primer->events.events,
            (std::vector<Event>{TimeShift(0), kNoEvent, TimeShift(kTicksPerQuarter)}));
  ASSERT_EQ(primer->notes.size(), 1u);
  EXPECT_EQ(primer->notes[0], "there are no notes: it is taken as silence");
}

TEST(ScoreKindTest, EventsAreToldToPeople) {
  const auto kind = MakeScoreKind({});
  EXPECT_EQ(kind->EventText(60), "C4");
  EXPECT_EQ(kind->EventText(kNoEvent), "-");
  EXPECT_EQ(kind->EventText(kNoteOff), ".");
  EXPECT_EQ(kind->EventText(TimeShift(6)), "+6");
  EXPECT_EQ(kind->CutTo(TimeShift(20), 7), TimeShift(7));
  EXPECT_FALSE(kind->IsPitch(TimeShift(6)));
}

TEST(ScoreKindTest, TrainingHearsItAsOtherTasks) {
  PrimerRequest request;
  request.generate_start_step = 7 * kTicksPerQuarter;
  const Primer primer = Read(request);
  const auto kind = MakeScoreKind({});
  std::set<std::vector<Event>> controls;
  for (uint64_t key = 0; key < 50; ++key) {
    const EventSequence varied = kind->Varied(primer.events, key);
    EXPECT_EQ(varied, kind->Varied(primer.events, key));
    ASSERT_TRUE(ReadSheet(varied.control).ok());
    controls.insert(varied.control);
  }
  EXPECT_GT(controls.size(), 20u);
}

}  // namespace
}  // namespace magenta
