#include "magenta/music/harmony/render_chords.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

namespace magenta {
namespace {

TEST(RenderChordsTest, EachUntilTheNext) {
  NoteSequence music;
  auto* note = music.add_notes();
  note->set_pitch(60);
  note->set_end_time(6);
  note->set_instrument(2);
  music.set_total_time(6);
  const std::pair<double, const char*> symbols[] = {
      {0, "C/E"}, {2, "H"}, {3, "N.C."}, {4, "Am7"}, {6, "G"}};
  for (const auto& [time, text] : symbols) {
    auto* symbol = music.add_text_annotations();
    symbol->set_time(time);
    symbol->set_text(text);
    symbol->set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  }
  RenderChords(music);
  std::string dump;
  for (int i = 1; i < music.notes_size(); ++i) {
    const auto& added = music.notes(i);
    dump += fmt::format("{}@{}-{} ", added.pitch(), added.start_time(), added.end_time());
    EXPECT_EQ(added.velocity(), 50);
    EXPECT_EQ(added.instrument(), 3);
    EXPECT_EQ(added.program(), 88);
  }
  EXPECT_EQ(dump, "48@0-2 52@0-2 55@0-2 40@0-2 57@4-6 48@4-6 52@4-6 55@4-6 45@4-6 ");
}

}  // namespace
}  // namespace magenta
