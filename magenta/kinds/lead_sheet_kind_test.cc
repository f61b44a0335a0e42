#include "magenta/kinds/lead_sheet_kind.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "tests/dump.h"

namespace magenta {
namespace {

struct Symbol {
  int step;
  const char* text;
};

/// `pitches` from step 0, a step each at 120 quarters a minute; 0 is none.
NoteSequence Music(const std::vector<int>& pitches, const std::vector<Symbol>& symbols) {
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(120);
  for (size_t i = 0; i < pitches.size(); ++i) {
    if (pitches[i] == 0) continue;
    auto* note = sequence.add_notes();
    note->set_pitch(pitches[i]);
    note->set_velocity(80);
    note->set_start_time(static_cast<double>(i) / 8);
    note->set_end_time(static_cast<double>(i + 1) / 8);
    sequence.set_total_time(note->end_time());
  }
  for (const Symbol& symbol : symbols) {
    auto* text = sequence.add_text_annotations();
    text->set_time(symbol.step / 8.0);
    text->set_text(symbol.text);
    text->set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  }
  return sequence;
}

std::string Roots(const std::vector<ChordCode>& codes) {
  std::string dump;
  for (const ChordCode code : codes) {
    dump += code == kNoChord ? " -" : fmt::format(" {}", UnpackChord(code).root);
  }
  return dump;
}

/// "@0: chords | texts | notes" or the error.
std::string DumpPrimer(const NoteSequence& music, const PrimerRequest& request,
                       bool triads_only = true) {
  LeadSheetKindOptions options;
  options.triads_only = triads_only;
  const auto primer = MakeLeadSheetKind(options)->ReadPrimer(*Quantize(music, Grid()), request);
  if (!primer.ok()) {
    return fmt::format("exit {}: {}", ExitStatus(primer.status()), ErrorMessage(primer.status()));
  }
  std::string dump = fmt::format("@{}:{}", primer->start_step, Roots(primer->events.control));
  for (const ControlText& text : primer->texts) dump += fmt::format(" {}={}", text.step, text.text);
  for (const std::string& note : primer->notes) dump += " | " + note;
  return dump;
}

TEST(LeadSheetKindTest, ReadsChordsUpToTheEndOfTheSection) {
  const PrimerRequest request = {.generate_start_step = 2, .section_end_step = 6};
  const PrimerRequest reference = {
      .generate_start_step = 2, .reference_windows = true, .section_end_step = 6};
  const struct {
    const char* what;
    NoteSequence music;
    PrimerRequest request;
    bool triads_only;
    const char* dump;
  } kRows[] = {
      {"chords", Music({60, 62}, {{0, "C"}, {2, "Am"}, {4, "G7"}}), request, true,
       "@0: 0 0 9 9 7 7 0=C 2=Am 4=G7"},
      {"late and after", Music({60, 62}, {{1, "C"}, {6, "Am"}}), request, true,
       "@0: - 0 0 0 0 0 0=N.C. 1=C"},
      {"none", Music({60, 62}, {}), request, true,
       "@0: - - - - - - 0=N.C. | no chords are given: it plays over none, in no key; "
       "backing_chords=\"C G Am F\" would give some"},
      {"bad", Music({60, 62}, {{0, "C"}, {2, "H7"}, {4, "F"}}), request, true,
       "@0: 0 0 - - 5 5 0=C 2=N.C. 4=F | \"H7\" is no chord symbol: it must begin with a root, A "
       "to "
       "G (bar 1): no chord is heard there"},
      {"bad again and again", Music({60, 62}, {{0, "H7"}, {2, "F"}, {4, "H7"}, {5, "X"}}), request,
       true,
       "@0: - - 5 5 - - 0=N.C. 2=F 4=N.C. | \"H7\" is no chord symbol: it must begin with a root, "
       "A to G (bar 1); \"X\" is no chord symbol: it must begin with a root, A to G (bar 1): no "
       "chord is heard there"},
      {"bad, as the reference", Music({60, 62}, {{0, "C"}, {2, "H7"}}), reference, true,
       "exit 2: \"H7\" is no chord symbol: it must begin with a root, A to G (bar 1)"},
      {"together", Music({60, 62}, {{2, "C"}, {2, "F"}}), request, true,
       "@0: - - 5 5 5 5 0=N.C. 2=F | two chords stand together in bar 1: the last one counts"},
      {"together, as the reference", Music({60, 62}, {{2, "C"}, {2, "F"}}), reference, true,
       "exit 2: two chords stand together in bar 1"},
      {"not taken", Music({60, 62}, {{0, "Csus4"}, {2, "F"}}), request, true,
       "@0: - - 5 5 5 5 0=Csus4 2=F | the model knows major, minor, augmented and diminished "
       "chords alone, not Csus4 (bar 1): no chord is heard there; chord_pitches_improv knows them"},
      {"not taken, as the reference", Music({60, 62}, {{0, "Csus4"}}), reference, true,
       "exit 2: the model knows major, minor, augmented and diminished chords alone, not Csus4 "
       "(bar 1)"},
      {"taken", Music({60, 62}, {{0, "Csus4"}}), reference, false, "@0: 0 0 0 0 0 0 0=Csus4"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(DumpPrimer(row.music, row.request, row.triads_only), row.dump) << row.what;
  }
}

TEST(LeadSheetKindTest, WritesWhereChordsChange) {
  const auto kind = MakeLeadSheetKind({});
  const auto music = *Quantize(Music({60, 62}, {{1, "C"}, {4, "Am"}}), Grid());
  const Primer primer = *kind->ReadPrimer(music, {.generate_start_step = 2, .section_end_step = 6});
  EventSequence events = primer.events;
  for (const Event event : {64, 65, 67}) events.events.push_back(event);
  const NoteSequence rendered = kind->Render(events, primer, 120);
  EXPECT_EQ(rendered.notes_size(), 5);
  ASSERT_EQ(rendered.text_annotations_size(), 2);
  EXPECT_EQ(rendered.text_annotations(0).text(), "C");
  EXPECT_EQ(rendered.text_annotations(0).time(), 0.125);
  EXPECT_EQ(rendered.text_annotations(1).text(), "Am");
  EXPECT_EQ(rendered.text_annotations(1).time(), 0.5);
}

TEST(LeadSheetKindTest, AFillHearsTheChordsThatStandBeforeItsMelody) {
  const auto kind = MakeLeadSheetKind({});
  const auto music = *Quantize(ParseMusic("T120@0 \"C@0 \"Am@1 60@2+0.5"), Grid());
  const Primer primer = *kind->ReadPrimer(
      music, {.generate_start_step = 20, .section_end_step = 20, .latest_start_step = 3});
  EXPECT_EQ(primer.start_step, 3);
  EXPECT_EQ(primer.events.events.size(), 17u);
  EXPECT_EQ(primer.events.events[13], 60);
  ASSERT_EQ(primer.events.control.size(), 17u);
  EXPECT_EQ(primer.events.control[4], *ParseChordSymbol("C")->Code());
  EXPECT_EQ(primer.events.control[5], *ParseChordSymbol("Am")->Code());
}

ExampleOptions ShortOnes() {
  ExampleOptions options;
  options.Set("min_bars", 1);
  options.Set("min_unique_pitches", 1);
  return options;
}

std::string DumpExamples(const NoteSequence& music, const ExampleOptions& options,
                         bool triads_only = true) {
  LeadSheetKindOptions kind;
  kind.triads_only = triads_only;
  const Examples examples =
      MakeLeadSheetKind(kind)->ExtractExamples(*Quantize(music, Grid()), options);
  std::string dump = fmt::format("{}", examples.sequences.size());
  for (const TrackReport& track : examples.tracks) {
    dump += fmt::format(" | {} {} {}", track.outcome, track.reason, track.flag);
  }
  return dump;
}

TEST(LeadSheetKindTest, ExtractsTwelveCopies) {
  const std::vector<int> line = {60, 62, 64, 65, 67, 69, 71, 72, 60, 62, 64, 65, 67, 69, 71, 72};
  const NoteSequence music = Music(line, {{0, "C"}, {8, "G7"}});
  const Examples examples =
      MakeLeadSheetKind({})->ExtractExamples(*Quantize(music, Grid()), ShortOnes());
  ASSERT_EQ(examples.sequences.size(), 12u);
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(examples.transpositions[i], i - 6);
    EXPECT_EQ(examples.sequences[i].events[0], 54 + i);
    EXPECT_EQ(UnpackChord(examples.sequences[i].control[0]).root, (i + 6) % 12);
    EXPECT_EQ(UnpackChord(examples.sequences[i].control[8]).root, (i + 13) % 12);
  }
}

TEST(LeadSheetKindTest, SaysWhatItLeavesOut) {
  const std::vector<int> line(16, 60);
  const NoteSequence sus = Music(line, {{0, "Csus4"}});
  EXPECT_EQ(
      DumpExamples(sus, ShortOnes()),
      "0 | chord_not_encoded Csus4 is no major, minor, augmented or diminished chord, and the "
      "model knows no others ");
  EXPECT_EQ(DumpExamples(sus, ShortOnes(), false), "12 | kept  ");
  const Examples examples =
      MakeLeadSheetKind({})->ExtractExamples(*Quantize(sus, Grid()), ShortOnes());
  EXPECT_EQ(examples.counters.Of("copies_discarded_chord_not_encoded"), 12);

  EXPECT_EQ(DumpExamples(Music(line, {}), ShortOnes()),
            "0 | no_chords no chord symbol stands over it --infer_chords");
  ExampleOptions strict = ShortOnes();
  strict.Set("strict", 1);
  const NoteSequence bad = Music(line, {{0, "C"}, {8, "H7"}});
  EXPECT_EQ(DumpExamples(bad, ShortOnes()).substr(0, 22), "12 | bad_chord_symbols");
  EXPECT_EQ(DumpExamples(bad, strict).substr(0, 26), "0 | chord_symbol_exception");
}

TEST(LeadSheetKindTest, InfersChordsWhereThereAreNone) {
  std::vector<int> line;
  for (int bar = 0; bar < 4; ++bar) {
    for (const int pitch : {60, 64, 67, 72, 67, 64, 60, 64, 67, 72, 67, 64, 60, 64, 67, 72}) {
      line.push_back(pitch);
    }
  }
  ExampleOptions options = ShortOnes();
  options.Set("infer_chords", 1);
  EXPECT_EQ(DumpExamples(Music(line, {}), options).substr(0, 9), "12 | kept");
}

}  // namespace
}  // namespace magenta
