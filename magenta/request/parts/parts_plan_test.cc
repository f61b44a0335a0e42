#include "magenta/request/parts/parts_plan.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/kinds/melody_kind.h"
#include "magenta/request/parts/parts_piece.h"
#include "tests/dump.h"

namespace magenta {
namespace {

/// At 120 quarters a minute a bar of 4/4 lasts 2 s, 48 ticks.
constexpr char kTune[] = "T120@0 72@0+1 74@1+1 76@2+1 77@3+1 79@4+2";
constexpr char kTwoParts[] = "T120@0 72@0+1 74@1+1 76@2+2 48@0+2/i1 50@2+2/i1";

PitchSet Pitches(int low, int high) {
  PitchSet pitches;
  for (int pitch = low; pitch <= high; ++pitch) pitches.set(pitch);
  return pitches;
}

/// What a request says.
struct Asked {
  std::string input;
  GenerateArgs args = {};
  std::vector<std::tuple<double, double, std::vector<std::string>>> sections = {};
  std::vector<std::string> names = {};  // of instruments 0, 1, ...
};

absl::StatusOr<PartsPlan> PlanOf(const Asked& asked, uint32_t seed = 1,
                                 const PitchSet& playable = Pitches(24, 107)) {
  GenerateSequenceRequest request;
  if (!asked.input.empty()) *request.mutable_input_sequence() = ParseMusic(asked.input);
  for (size_t i = 0; i < asked.names.size(); ++i) {
    auto& info = *request.mutable_input_sequence()->add_instrument_infos();
    info.set_instrument(static_cast<int>(i));
    info.set_name(asked.names[i]);
  }
  for (const auto& [start, end, parts] : asked.sections) {
    auto& section = *request.mutable_generator_options()->add_generate_sections();
    section.set_start_time(start);
    section.set_end_time(end);
    for (const std::string& part : parts) section.add_parts(part);
  }
  static const auto kind = MakeMelodyKind({});
  return PlanParts(*kind, request, asked.args, playable, seed);
}

/// "192 melody 0:[48,96..96] 72@0+24 ...; bass ...": length, then each voice's role, instrument,
/// open ranges, number of given notes, of kept ones.
std::string Dump(const absl::StatusOr<PartsPlan>& plan) {
  if (!plan.ok()) return fmt::format("{} {}", ExitStatus(plan.status()), ErrorLine(plan.status()));
  constexpr const char* kRoles[] = {"melody", "alto", "tenor", "bass", "top", "inner", "bottom"};
  std::string text = fmt::format("{}{}", plan->sheet.length, plan->sheet.ends ? " ends" : "");
  for (size_t v = 0; v < plan->sheet.voices.size(); ++v) {
    const SheetVoice& voice = plan->sheet.voices[v];
    text += fmt::format("; {} {}", kRoles[static_cast<int>(voice.role)], plan->instruments[v]);
    for (const OpenRange& range : voice.open) {
      text += fmt::format(" [{},{}..{}]", range.start, range.end, range.until);
    }
    text += fmt::format(" {}", voice.notes.size());
    if (voice.keep == Keep::kSound) {
      text += " sounds";
    } else if (voice.keep != Keep::kNothing) {
      text += fmt::format(" keeps {}", voice.kept.size());
    }
  }
  if (!plan->redrawn.empty()) text += fmt::format("; redrawn {}", fmt::join(plan->redrawn, " "));
  EXPECT_TRUE(CheckSheet(plan->sheet).ok());
  return text;
}

GenerateArgs Add(const char* add) {
  GenerateArgs args;
  args.parts.add = add;
  return args;
}
GenerateArgs Fill(const char* fill) {
  GenerateArgs args;
  args.parts.fill = fill;
  return args;
}
GenerateArgs Vary(const char* vary) {
  GenerateArgs args;
  args.parts.vary = vary;
  return args;
}
GenerateArgs Bars(int bars) {
  GenerateArgs args;
  args.bars = bars;
  return args;
}

std::string Notes(const PartsPlan& plan) {
  std::vector<std::string> notes = plan.notes;
  notes.insert(notes.begin(), "drawn: " + plan.drawn);
  return fmt::format("{}", fmt::join(notes, " | "));
}

TEST(PartsPlan, SectionsAfterTheMusicContinueAllParts) {
  EXPECT_EQ(Dump(PlanOf({kTwoParts, Bars(2)})),
            "192; melody 0 [96,192..192] 3; bass 1 [96,192..192] 2");
  GenerateArgs ending = Bars(2);
  ending.ending = true;
  EXPECT_EQ(Dump(PlanOf({kTwoParts, ending})),
            "192 ends; melody 0 [96,168..168] 4; bass 1 [96,168..168] 3");
  EXPECT_EQ(Dump(PlanOf({kTwoParts, {}, {{4, 6, {}}}})),
            "144; melody 0 [96,144..144] 3; bass 1 [96,144..144] 2");
  EXPECT_EQ(Dump(PlanOf({kTwoParts, {}, {{4, 6, {"2"}}}})),
            "144; melody 0 [96,144..144] 3; bass 1 [96,144..144] 2");
  GenerateArgs args = Bars(1);
  args.primer_part = "2";
  EXPECT_EQ(Dump(PlanOf({kTwoParts, args})),
            "144; melody 0 [96,144..144] 3; bass 1 [96,144..144] 2");
  args.keep_accompaniment = false;
  EXPECT_EQ(Dump(PlanOf({kTwoParts, args})), "144; melody 1 [96,144..144] 2");
  args.ending = true;
  EXPECT_EQ(Dump(PlanOf({kTwoParts, args})), "144 ends; melody 1 [96,120..120] 3");
}

/// The notes that voices are asked to end with: "C5@168+24 C3@168+24".
std::string LastNotes(const PartsPlan& plan) {
  std::vector<std::string> notes;
  for (size_t v = 0; v < plan.last_notes.size(); ++v) {
    const auto& note = plan.last_notes[v];
    if (!note.has_value()) continue;
    EXPECT_EQ(plan.sheet.voices[v].notes.back(), *note);
    EXPECT_EQ(OpenAt(plan.sheet.voices[v], note->start), nullptr);
    notes.push_back(
        fmt::format("{}@{}+{}", PitchText(note->pitch), note->start, note->end - note->start));
  }
  return fmt::format("{}", fmt::join(notes, " "));
}

TEST(PartsPlan, WhatIsAskedToEndDoesOnTheTonic) {
  constexpr char kScale[] = "T120@0 72@0+1 74@1+0.5 76@1.5+0.5 79@2+1 72@3+1";
  constexpr char kJig[] = "M6/8@0 T120@0 69@0+0.75 72@0.75+0.75 69@1.5+1.5";
  const auto with = [](GenerateArgs args, const char* key = "", int low = 0, int high = 127) {
    args.ending = true;
    if (*key != 0) args.pitches.key = ParseKey(key);
    args.pitches.min_pitch = low;
    args.pitches.max_pitch = high;
    return args;
  };
  GenerateArgs with_bass = Bars(2);
  with_bass.parts.add = "bass";
  GenerateArgs varied = Vary("2");
  varied.parts.keep = Keep::kRhythm;
  struct Row {
    Asked asked;
    const char* last_notes;
    const char* note;
  };
  const Row rows[] = {
      {{kScale, Bars(2)}, "", ""},
      {{kScale, with(Bars(2))}, "C5@168+24", "ending: C5 in bar 4, on the tonic of C major"},
      {{kTwoParts, with(Bars(2))}, "C5@168+24 C3@168+24", "ending: C5, C3 in bar 4"},
      {{kTwoParts, with(Bars(2), "D")}, "D5@168+24 D3@168+24", "on the tonic of D"},
      {{kScale, with(with_bass)}, "C5@168+24 C3@168+24", "ending: C5, C3 in bar 4"},
      {{kJig, with(Bars(2))}, "A4@126+18", "on the tonic of A minor"},
      {{"", with(Bars(2), "G")}, "G4@72+24 D4@72+24 B3@72+24 G2@72+24", "on the tonic of G"},
      {{kScale, with(Fill("2"))}, "C5@72+24", "ending: C5 in bar 2"},
      {{kTwoParts, with({}), {{4, 5, {}}}}, "C5@96+24 C3@96+24", "bar 3"},
      // Pitches that are not allowed; a voice is left open.
      {{kTwoParts, with(Bars(2), "", 60, 127)}, "C5@168+24 C4@168+24", "ending: C5, C4 in bar 4"},
      {{kTwoParts, with(Bars(2), "", 73, 83)}, "", "ending: no tone that is allowed in bar 4"},
      // The end is not what is drawn, or not known.
      {{kScale, with(Fill("1"))}, "", "ending: nothing is drawn at the end of the piece"},
      {{kScale, with(Add("bass"))}, "", "ending: what is given ends the piece"},
      {{kScale, with(varied)}, "", "ending: nothing is drawn at the end of the piece"},
      {{kTwoParts, with({}), {{4.7, 4.9, {}}}}, "", "ending: no beat of the last bar"},
      {{"", with(Bars(2))}, "C5@72+24 E4@72+24 C4@72+24 C3@72+24", "on the tonic of C, since"},
  };
  for (const Row& row : rows) {
    const auto plan = PlanOf(row.asked);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_TRUE(CheckSheet(plan->sheet).ok());
    EXPECT_EQ(LastNotes(*plan), row.last_notes) << row.note;
    EXPECT_THAT(Notes(*plan), ::testing::HasSubstr(row.note));
    EXPECT_EQ(Notes(*plan).find("ending") == std::string::npos, *row.note == 0);
  }
}

TEST(PartsPlan, SectionsWithinTheMusicAreFilled) {
  EXPECT_EQ(Dump(PlanOf({kTwoParts, {}, {{0, 2, {}}}})),
            "96 ends; melody 0 [0,48..48] 1; bass 1 [0,48..48] 1; redrawn 0 1 3");
  EXPECT_EQ(Dump(PlanOf({kTwoParts, Fill("1:2")})),
            "96 ends; melody 0 3; bass 1 [0,48..48] 1; redrawn 3");
  EXPECT_EQ(Dump(PlanOf({kTwoParts, Fill("1:1,2:2")})),
            "96 ends; melody 0 [0,48..48] 1; bass 1 [48,96..96] 1; redrawn 0 1 4");
  EXPECT_EQ(Dump(PlanOf({kTwoParts, Fill("1-2:1+2")})),
            "96 ends; melody 0 [0,96..96] 0; bass 1 [0,96..96] 0; redrawn 0 1 2 3 4");
}

TEST(PartsPlan, NotesThatSoundIntoARangeStayWhole) {
  // The note at 1 s sounds into the second bar; the rest before the third bar may be sung through.
  EXPECT_EQ(Dump(PlanOf({"T120@0 60@0+1 62@1+1.5 64@2.5+0.5 65@4+2", Fill("2")})),
            "144 ends; melody 0 [60,96..96] 3; redrawn 2");
  EXPECT_EQ(Dump(PlanOf({"T120@0 60@0+1 62@1+3 65@5+1", Fill("1,3")})),
            "144 ends; melody 0 [0,48..96] [96,144..144] 0; redrawn 0 1 2");
  EXPECT_EQ(Dump(PlanOf({"T120@0 60@0+1 65@5+1", Fill("1")})),
            "144 ends; melody 0 [0,48..120] 1; redrawn 0");
  // Nothing follows: as long as what was there.
  EXPECT_EQ(Dump(PlanOf({"T120@0 60@0+1 62@1+2 48@0+6/i1", Fill("1:1")})),
            "144 ends; melody 0 [0,48..72] 0; bass 1 1; redrawn 0 1");
  EXPECT_NE(Dump(PlanOf({"T120@0 60@0+4", Fill("2")})).find("nothing is left to draw"),
            std::string::npos);
}

TEST(PartsPlan, WhoDoesNotGoOnDoesSoUnheard) {
  GenerateArgs args = Bars(2);
  args.primer_part = "1";
  const auto plan = PlanOf({kTwoParts, args});
  EXPECT_EQ(Dump(plan), "192; melody 0 [96,192..192] 3; bass 1 [96,192..192] 2");
  EXPECT_TRUE(plan->unheard[0].empty());
  EXPECT_TRUE(Holds(plan->unheard[1], 96) && Holds(plan->unheard[1], 191));
  EXPECT_THAT(Notes(*plan), testing::HasSubstr("drawn: 1 in bars 3 to 4"));
  const auto piece = PartsPiece(*plan).With({{{96, 192, 72}}, {{96, 192, 50}}});
  EXPECT_EQ(piece.notes_size(), plan->input.notes_size() + 1);
  EXPECT_EQ(piece.notes(piece.notes_size() - 1).pitch(), 72);
  // Whose turn comes later, or is over, too; silence is said of what is asked for alone.
  const auto turns = PlanOf({kTwoParts, {}, {{4, 6, {"2"}}, {6, 8, {"1"}}}});
  EXPECT_EQ(Dump(turns),
            "192; melody 0 [96,144..144] [144,192..192] 3; bass 1 [96,144..144] [144,192..192] 2");
  EXPECT_TRUE(Holds(turns->unheard[0], 96) && !Holds(turns->unheard[0], 144));
  EXPECT_TRUE(!Holds(turns->unheard[1], 96) && Holds(turns->unheard[1], 144));
  EXPECT_THAT(turns->SilencesIn({{}, {}}),
              testing::ElementsAre("bar 4 of part 1", "bar 3 of part 2"));
  // The last chord is that of who is heard.
  args.ending = true;
  const auto ends = PlanOf({kTwoParts, args});
  EXPECT_TRUE(ends->last_notes[0].has_value() && !ends->last_notes[1].has_value());
}

TEST(PartsPlan, LinesOfNoNameMakeRoomForWhatIsAdded) {
  const auto added = [](const char* music, const char* add, std::vector<std::string> names = {}) {
    const std::string text = Dump(PlanOf({music, Add(add), {}, std::move(names)}));
    std::string roles;  // of the given ones small, of new ones large
    for (const std::string_view role : {"melody", "alto", "tenor", "bass"}) {
      for (size_t at = text.find(role); at != std::string::npos; at = text.find(role, at + 1)) {
        const bool is_new = text.substr(at, text.find(';', at) - at).ends_with(" sounds");
        roles += is_new ? static_cast<char>(std::toupper(role[0])) : role[0];
      }
    }
    return roles;
  };
  const char* three = "T120@0 72@0+2 65@0+2/i1 55@0+2/i2";
  EXPECT_EQ(added(three, "bass"), "matB");
  EXPECT_EQ(added(three, "harmony"), "matB");
  EXPECT_EQ(added(three, "bass", {"", "", "Double Bass"}), "mabB");
  EXPECT_EQ(added("T120@0 65@0+2 58@0+2/i1 48@0+2/i2", "soprano"), "Matb");
  EXPECT_EQ(added("T120@0 66@0+2", "soprano"), "Ma");
  EXPECT_EQ(added("T120@0 62@0+2", "harmony"), "mATB");
  EXPECT_EQ(added("T120@0 74@0+2 66@0+2/i1", "tenor"), "maT");
  EXPECT_EQ(added("T120@0 74@0+2 66@0+2/i1", "harmony"), "maTB");
  EXPECT_EQ(added("T120@0 74@0+2 48@0+2/i1", "harmony"), "mATb");
  EXPECT_EQ(added("T120@0 45@0+2", "soprano,alto,tenor"), "MATb");
}

TEST(PartsPlan, NotesThatFoundNoVoiceStayBesideVariedOnes) {
  const char* chords =
      "T120@0 48@0+1 52@0+1 55@0+1 60@0+1 64@0+1 48@1+1 52@1+1 55@1+1 60@1+1 64@1+1";
  EXPECT_EQ(PlanOf({chords, Fill("1")})->redrawn.size(), 10u);
  GenerateArgs keep = Fill("1");
  keep.parts.keep = Keep::kPitches;
  EXPECT_EQ(PlanOf({chords, keep})->redrawn.size(), 8u);
  EXPECT_EQ(PlanOf({chords, Vary("1")}, 1)->redrawn.size(), 4u);
}

TEST(PartsPlan, NewLinesKeepToTheirCompass) {
  const auto keeps = [](const char* music, GenerateArgs args) {
    return PlanOf({music, std::move(args)})->sheet.keeps_compass;
  };
  EXPECT_TRUE(keeps("T120@0 72@0+2", Add("bass")));
  EXPECT_FALSE(keeps("T120@0 72@0+2", Fill("1")));
  GenerateArgs low = Add("bass");
  low.pitches.min_pitch = 30;
  EXPECT_FALSE(keeps("T120@0 72@0+2", low));
}

TEST(PartsPlan, AVoiceOfChordsThatRestsHasNothingToKeep) {
  GenerateArgs args = Fill("2");
  args.parts.keep = Keep::kRhythm;
  EXPECT_EQ(Dump(PlanOf({"T120@0 48@0+1 52@0+1 55@0+1 48@2+1 52@2+1 48@3+1 52@3+1", args})),
            "96 ends; top 0 1; inner 0 [48,96..96] 1 keeps 2; bottom 0 [48,96..96] 1 keeps 2; "
            "redrawn 3 4 5 6");
}

TEST(PartsPlan, OrnamentsGoWithWhatTheyAdorn) {
  // A grace before the second bar line; a mordent in the third bar.
  const char* tune =
      "T120@0 60@0+1.95 64@1.95+0.05 62@2+2 60@4+0.05 62@4.05+0.05 60@4.1+0.9 59@5+1";
  EXPECT_EQ(Dump(PlanOf({tune, Fill("1")})), "144 ends; melody 0 [0,48..48] 3; redrawn 0");
  EXPECT_EQ(Dump(PlanOf({tune, Fill("2")})), "144 ends; melody 0 [48,96..96] 3; redrawn 1 2");
  EXPECT_EQ(Dump(PlanOf({tune, Fill("3")})), "144 ends; melody 0 [96,144..144] 2; redrawn 3 4 5 6");
  EXPECT_THAT(Notes(*PlanOf({tune, Fill("1")})), testing::HasSubstr("3 short notes of ornaments"));
}

TEST(PartsPlan, AddedPartsPlayAllOverThePiece) {
  EXPECT_EQ(Dump(PlanOf({kTune, Add("harmony")})),
            "144 ends; melody 0 5; alto 1 [0,144..144] 0 sounds; tenor 2 [0,144..144] 0 sounds; "
            "bass 3 [0,144..144] 0 sounds");
  EXPECT_EQ(Dump(PlanOf({kTune, Add("chords")})),
            "144 ends; melody 0 5; top 1 [0,144..144] 0; inner 1 [0,144..144] 0; "
            "bottom 1 [0,144..144] 0");
  EXPECT_EQ(
      Dump(PlanOf({kTwoParts, Add("Harmony")})),
      "96 ends; melody 0 3; alto 2 [0,96..96] 0 sounds; tenor 3 [0,96..96] 0 sounds; bass 1 2");
  // Below a bass everything is missing but that.
  EXPECT_EQ(Dump(PlanOf({"T120@0 40@0+2", Add("harmony")})),
            "48 ends; melody 1 [0,48..48] 0 sounds; alto 2 [0,48..48] 0 sounds; tenor 3 [0,48..48] "
            "0 sounds; "
            "bass 0 1");
  // In the bars that are named, and beside a continuation.
  GenerateArgs args = Add("bass");
  args.parts.fill = "2";
  EXPECT_EQ(Dump(PlanOf({kTune, args})), "144 ends; melody 0 5; bass 1 [48,96..96] 0 sounds");
  args.parts.fill = "2:bass,3:1";
  EXPECT_EQ(Dump(PlanOf({kTune, args})),
            "144 ends; melody 0 [96,144..144] 4; bass 1 [48,96..96] 0 sounds; redrawn 4");
  args.parts.fill = "";
  args.bars = 1;
  EXPECT_EQ(Dump(PlanOf({kTune, args})),
            "192; melody 0 [144,192..192] 5; bass 1 [0,192..192] 0 sounds");
}

TEST(PartsPlan, PartsOfOneLineAreWhatTheirNamesSay) {
  EXPECT_EQ(Dump(PlanOf({kTwoParts, Bars(2), {}, {"Soprano", "alto"}})),
            "192; melody 0 [96,192..192] 3; alto 1 [96,192..192] 2");
  EXPECT_EQ(Dump(PlanOf({kTwoParts, Bars(2), {}, {"Bass", "Melody"}})),
            "192; bass 0 [96,192..192] 3; melody 1 [96,192..192] 2");
  EXPECT_EQ(Dump(PlanOf({kTwoParts, Bars(2), {}, {"Violin", "Chords"}})),
            "192; melody 0 [96,192..192] 3; bass 1 [96,192..192] 2");
  // What is missing beside a soprano and an alto is a tenor and a bass.
  EXPECT_EQ(
      Dump(PlanOf({kTwoParts, Add("harmony"), {}, {"Soprano", "Alto"}})),
      "96 ends; melody 0 3; alto 1 2; tenor 2 [0,96..96] 0 sounds; bass 3 [0,96..96] 0 sounds");
}

TEST(PartsPlan, NewPartsHaveNamesAndSounds) {
  const auto plan = PlanOf({kTune, Add("alto,bass,alto,chords")});
  ASSERT_TRUE(plan.ok());
  std::string dump;
  for (const AddedPart& part : plan->added) {
    dump += fmt::format("{} {} {};", part.instrument, part.name, part.program);
  }
  EXPECT_EQ(dump, "1 Alto 0;2 Bass 0;3 Alto 2 0;4 Chords 0;");
  const auto free = PlanOf({"", Bars(1)});
  ASSERT_TRUE(free.ok());
  EXPECT_EQ(free->added.size(), 4u);
  EXPECT_EQ(free->added[0].program, 52);
  GenerateArgs args = Add("bass");
  args.program = 43;
  EXPECT_EQ(PlanOf({kTune, args})->added[0].program, 43);
}

TEST(PartsPlan, WithoutMusicAPieceIsWrittenFreely) {
  EXPECT_EQ(Dump(PlanOf({"", Bars(2)})),
            "96 ends; melody 0 [0,96..96] 0 sounds; alto 1 [0,96..96] 0 sounds; tenor 2 [0,96..96] "
            "0 sounds; "
            "bass 3 [0,96..96] 0 sounds");
  GenerateArgs args = Add("melody,bass");
  args.bars = 1;
  const auto plan = PlanOf({"", args});
  EXPECT_EQ(Dump(plan), "48 ends; melody 0 [0,48..48] 0 sounds; bass 1 [0,48..48] 0 sounds");
  EXPECT_EQ(Notes(*plan),
            "drawn: Soprano, new in bar 1; Bass, new in bar 1 | nothing is given outside that: it "
            "is written freely");
  // In the meter and at the tempo of an input without notes.
  const auto waltz = PlanOf({"M3/4@0 T60@0", Bars(2)});
  ASSERT_TRUE(waltz.ok());
  EXPECT_EQ(waltz->sheet.length, 72);
  EXPECT_EQ(waltz->SecondsAt(36), 3);
  EXPECT_NE(Notes(*PlanOf({kTune, Fill("1-3")})).find("nothing is given outside"),
            std::string::npos);
  EXPECT_EQ(Notes(*PlanOf({kTune, Fill("1")})), "drawn: 1 in bar 1");
}

TEST(PartsPlan, VaryDrawsHalfOfTheNotesByTheSeed) {
  const char* eight =
      "T120@0 60@0+0.5 61@0.5+0.5 62@1+0.5 63@1.5+0.5 64@2+0.5 65@2.5+0.5 66@3+0.5 67@3.5+0.5";
  std::set<std::string> seen;
  for (uint32_t seed = 0; seed < 20; ++seed) {
    const auto plan = PlanOf({eight, Vary("1-2")}, seed);
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ(plan->redrawn.size(), 4u);
    EXPECT_EQ(plan->sheet.voices[0].notes.size(), 4u);
    EXPECT_EQ(Dump(plan), Dump(PlanOf({eight, Vary("1-2")}, seed)));
    seen.insert(Dump(plan));
  }
  EXPECT_GT(seen.size(), 5u);
  for (const auto& plan : {PlanOf({eight, Vary("2")}, 3)}) {
    for (const int i : plan->redrawn) EXPECT_GE(i, 4);
    EXPECT_EQ(plan->redrawn.size(), 2u);
  }
  // Chords as a whole.
  const auto chords = PlanOf({"T120@0 60@0+1 64@0+1 67@0+1 60@1+1 64@1+1 67@1+1", Vary("1")}, 1);
  ASSERT_TRUE(chords.ok());
  EXPECT_EQ(chords->redrawn.size(), 3u);
  EXPECT_THAT(Dump(PlanOf({"T120@0 60@0+1 60@5+1", Vary("2")})),
              testing::HasSubstr("bar 2 holds no note to vary"));
  // What is filled is new anyway.
  GenerateArgs both = Vary("1-2");
  both.parts.fill = "1-2";
  EXPECT_THAT(Dump(PlanOf({eight, both})), testing::HasSubstr("bars 1 to 2 hold no note to vary"));
  both.parts.fill = "2";
  EXPECT_EQ(PlanOf({eight, both})->redrawn.size(), 4u + 2u);
}

TEST(PartsPlan, TheFirstThatIsVariedDoesNotComeBack) {
  const auto refused_of = [](const absl::StatusOr<PartsPlan>& plan) {
    std::string dump;
    for (const SheetVoice& voice : plan->sheet.voices) {
      dump += "|";
      for (const RefusedPitch& refused : voice.refused) {
        dump += fmt::format("{}@{} ", refused.pitch, refused.start);
      }
    }
    return dump;
  };
  const char* eight =
      "T120@0 60@0+0.5 61@0.5+0.5 62@1+0.5 63@1.5+0.5 64@2+0.5 65@2.5+0.5 66@3+0.5 67@3.5+0.5";
  for (uint32_t seed = 0; seed < 20; ++seed) {
    const auto plan = PlanOf({eight, Vary("1,2")}, seed);
    ASSERT_TRUE(plan.ok());
    const std::vector<RefusedPitch>& refused = plan->sheet.voices[0].refused;
    ASSERT_EQ(refused.size(), 2u);  // one of each rectangle
    EXPECT_EQ(refused[0].pitch, 60 + plan->redrawn[0]);
    EXPECT_EQ(refused[0].start, 12 * plan->redrawn[0]);
    EXPECT_EQ(refused[1].pitch, 60 + plan->redrawn[2]);
  }
  // Of chords the highest, whichever of the part's voices would play it; filled notes may.
  const char* chords = "T120@0 60@0+2 64@0+2 67@0+2";
  EXPECT_EQ(refused_of(PlanOf({chords, Vary("1")})), "|67@0 |67@0 |67@0 ");
  EXPECT_EQ(refused_of(PlanOf({chords, Fill("1")})), "|||");
  // As it is heard, and not where limits leave nothing else.
  EXPECT_EQ(refused_of(PlanOf({"T120@0 100@0+1", Vary("1")}, 1, Pitches(36, 81))), "|76@0 ");
  GenerateArgs args = Vary("1");
  args.pitches.min_pitch = args.pitches.max_pitch = 60;
  EXPECT_EQ(refused_of(PlanOf({"T120@0 60@0+1", args})), "|60@0 ");
  args.parts.keep = Keep::kRhythm;
  EXPECT_EQ(refused_of(PlanOf({"T120@0 60@0+1", args})), "|");
  EXPECT_NE(Notes(*PlanOf({"T120@0 60@0+1", args})).find("the old one comes back"),
            std::string::npos);
}

TEST(PartsPlan, WhatIsKept) {
  GenerateArgs args = Fill("2");
  args.parts.keep = Keep::kRhythm;
  EXPECT_EQ(Dump(PlanOf({kTune, args})), "144 ends; melody 0 [48,96..96] 3 keeps 2; redrawn 2 3");
  args.bars = 2;
  EXPECT_NE(Dump(PlanOf({kTune, args})).find("the music after the piece has none"),
            std::string::npos);
  args = Add("bass");
  args.parts.keep = Keep::kPitches;
  EXPECT_NE(Dump(PlanOf({kTune, args})).find("there are none"), std::string::npos);
}

TEST(PartsPlan, TemposMetersAndPickups) {
  // From the third bar on at half the tempo.
  const auto slow = PlanOf({"T120@0 T60@4 72@0+4 74@4+8", Fill("3")});
  EXPECT_EQ(Dump(slow), "192 ends; melody 0 [96,144..192] 1; redrawn 1");
  EXPECT_DOUBLE_EQ(slow->SecondsAt(96), 4);
  EXPECT_DOUBLE_EQ(slow->SecondsAt(144), 8);
  EXPECT_DOUBLE_EQ(slow->SecondsAt(48), 2);
  // A pickup of a quarter is bar 0.
  const char* pickup = "M1/4@0 M4/4@0.5 T120@0 60@0+0.5 62@0.5+2 64@2.5+2";
  EXPECT_EQ(Dump(PlanOf({pickup, Fill("0")})), "108 ends; melody 0 [0,12..12] 2; redrawn 0");
  EXPECT_EQ(Dump(PlanOf({pickup, Fill("2")})), "108 ends; melody 0 [60,108..108] 2; redrawn 2");
  EXPECT_EQ(PlanOf({pickup, Fill("2")})->sheet.meters.front().bar_line, -36);
  EXPECT_NE(Dump(PlanOf({pickup, Fill("3")})).find("which has bars 0 to 2"), std::string::npos);
  // A pickup of 3/10 of a quarter: bar lines stand on ticks, and no time lies before 0.
  const auto odd = PlanOf({"M1/4@0 M4/4@0.15 T120@0 60@0+0.15 62@0.15+2", Add("bass")});
  ASSERT_TRUE(odd.ok()) << odd.status();
  EXPECT_EQ(odd->SecondsAt(0), 0);
  EXPECT_NEAR(odd->SecondsAt(4), 0.15, 1e-9);
  EXPECT_EQ(odd->sheet.meters.front().bar_line, -44);
  // A short last bar is as long as it is written, and filled where the music goes on.
  const char* short_end = "M1/4@0 M4/4@0.5 M3/4@2.5 T120@0 60@0+0.5 62@0.5+2 64@2.5+1.5";
  EXPECT_EQ(Dump(PlanOf({short_end, Add("bass")})),
            "108 ends; melody 0 3; bass 1 [0,96..96] 0 sounds");
  EXPECT_EQ(Dump(PlanOf({short_end, Bars(1)})), "156; melody 0 [96,156..156] 3");
  // Real changes of meter.
  EXPECT_EQ(Dump(PlanOf({"M4/4@0 M3/4@4 T120@0 60@0+4 62@4+3", Fill("3")})),
            "168 ends; melody 0 [96,132..168] 1; redrawn 1");
}

TEST(PartsPlan, WhatIsMovedIsSaid) {
  const auto off = PlanOf({"T120@0 72@0.018+1 74@1+1", Fill("1:1")});
  ASSERT_TRUE(off.ok());
  std::string slip = "T120@0 72@0.518+0.232";
  for (int i = 0; i < 11; ++i) {
    if (i != 2) slip += fmt::format(" 72@{}+0.25", 0.25 * i);
  }
  EXPECT_THAT(Notes(*PlanOf({slip, Fill("2")})), testing::HasSubstr("1 note off the grid"));
  const auto high = PlanOf({"T120@0 100@0+1 72@2+1", Fill("2")}, 1, Pitches(36, 81));
  EXPECT_NE(Notes(*high).find("1 note outside the model's range, C2 to A5"), std::string::npos);
  EXPECT_EQ(high->sheet.voices[0].notes[0].pitch, 76);
  EXPECT_NE(Notes(*PlanOf({"T120@0 60@0+1 36@0+1/i9/d", Fill("1")})).find("drums stay"),
            std::string::npos);
  // Every note comes 30 ms late or early: sixteenths are meant.
  const auto loose =
      PlanOf({"T120@0 60@0.03+0.2 62@0.22+0.25 64@0.53+0.2 65@0.72+0.25 67@1.03+0.9", Fill("1")});
  ASSERT_TRUE(loose.ok());
  EXPECT_THAT(Notes(*loose), testing::HasSubstr("played loosely: heard on sixteenths"));
  std::vector<int64_t> starts;
  for (const VoiceNote& note : loose->lines[0]) starts.push_back(note.start);
  EXPECT_THAT(starts, testing::ElementsAre(0, 6, 12, 18, 24));
}

TEST(PartsPlan, AProgramIsOfNewParts) {
  GenerateArgs flute = Fill("2");
  flute.program = 73;
  EXPECT_THAT(Notes(*PlanOf({kTune, flute})), testing::HasSubstr("none is added"));
  flute.parts.add = "bass";
  flute.program_note = "program 73, Flute";
  EXPECT_THAT(Notes(*PlanOf({kTune, flute})), testing::HasSubstr("program 73, Flute"));
}

TEST(PartsPlan, WhatIsDrawnAsRestsAloneIsSaid) {
  const auto plan = PlanOf({kTwoParts, Fill("1:1,2:2")});
  ASSERT_TRUE(plan.ok()) << plan.status();
  VoiceLines lines(2);
  EXPECT_THAT(plan->SilencesIn(lines), testing::ElementsAre("bar 1 of part 1", "bar 2 of part 2"));
  lines[0] = {{12, 24, 70}};
  EXPECT_THAT(plan->SilencesIn(lines), testing::ElementsAre("bar 2 of part 2"));
  lines[1] = {{12, 24, 50}};  // outside of what is drawn
  EXPECT_THAT(plan->SilencesIn(lines), testing::ElementsAre("bar 2 of part 2"));
  lines[1] = {{84, 96, 50}};
  EXPECT_TRUE(plan->SilencesIn(lines).empty());
  const auto added = PlanOf({"T120@0 72@0+2 74@2+2", Add("bass")});
  ASSERT_TRUE(added.ok());
  EXPECT_THAT(added->SilencesIn(added->lines), testing::ElementsAre("bars 1 to 2 of part Bass"));
}

TEST(PartsPlan, AnyRequestHasAPlanOrAnError) {
  SeededUniform uniform(7);
  const auto below = [&](int limit) { return static_cast<int>(uniform.Next() * limit); };
  const auto any = [&](std::initializer_list<const char*> texts) {
    return texts.begin()[below(static_cast<int>(texts.size()))];
  };
  int plans = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string input = fmt::format("T{}@0", 60 + below(100));
    if (below(3) == 0) input += fmt::format(" M{}/{}@0", 1 + below(12), 2 << below(4));
    for (int n = below(3); n > 0; --n) {
      input += fmt::format(" M{}/{}@{}", 1 + below(9), 2 << below(4), below(160) * 0.1);
    }
    if (below(2) == 0) input += fmt::format(" T{}@{}", 20 + below(200), 0.1 + below(80) * 0.1);
    for (int n = below(20); n > 0; --n) {
      input += fmt::format(" {}@{}+{}/i{}{}", below(128), below(800) * 0.01,
                           0.01 + below(200) * 0.01, below(4), below(9) == 0 ? "/d" : "");
    }
    Asked asked{input};
    GenerateArgs& args = asked.args;
    if (below(3) == 0) args.parts.fill = any({"1", "1-2", "2:1,1:2", "0", "3-9", "1:2+1,2"});
    if (below(3) == 0) args.parts.vary = any({"1", "1-2", "2:1", "1:2,2:2"});
    if (below(3) == 0) args.parts.add = any({"bass", "harmony", "chords,alto", "melody,melody"});
    if (below(5) == 0) args.parts.keep = below(2) == 0 ? Keep::kRhythm : Keep::kPitches;
    if (below(3) == 0) args.bars = 1 + below(4);
    if (below(3) == 0 && !args.bars.has_value()) {
      const double start = below(100) * 0.1;
      asked.sections = {{start, start + below(40) * 0.1, {}}, {2, 4, {any({"1", "2", "3"})}}};
    }
    args.ending = i % 2 == 0;
    const auto plan = PlanOf(asked, static_cast<uint32_t>(i));
    if (!plan.ok()) {
      EXPECT_THAT(ExitStatus(plan.status()), ::testing::AnyOf(2, 3)) << plan.status();
      continue;
    }
    ++plans;
    EXPECT_TRUE(CheckSheet(plan->sheet).ok());
    const auto read = ReadSheet(WriteSheet(plan->sheet));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, plan->sheet);
    EXPECT_EQ(plan->instruments.size(), plan->sheet.voices.size());
  }
  EXPECT_GT(plans, 500);
}

TEST(PartsPlan, WrongUsage) {
  struct Row {
    Asked asked;
    const char* error;
  };
  GenerateArgs windows = Bars(1), dorian = Fill("1"), pitches = Fill("1"), both = Bars(1);
  windows.reference_windows = true;
  dorian.pitches.key = NamedKey{6, false};
  pitches.parts.keep = Keep::kPitches;
  pitches.pitches.min_pitch = 75;
  both.new_steps = 3;
  const char* many = "T120@0 60@0+2 64@0+2 67@0+2 71@0+2 50@0+2/i1 53@0+2/i1 57@0+2/i1";
  const Row rows[] = {
      {{kTune, Fill("4")}, "fill: bar 4 lies outside the piece, which has bars 1 to 3"},
      {{kTune, Fill("2-7")}, "bars 2 to 7 lie outside the piece, which has bars 1 to 3"},
      {{kTune, Fill("0")}, "bar 0 lies outside"},
      {{kTune, Fill("1:5")}, "fill: there is no part 5. There are: 1"},
      {{kTune, Fill("1:alto")}, "fill: there is no part alto. There are: 1"},
      {{kTune, {}, {{0, 2, {"3"}}}}, "parts: there is no part 3. There are: 1"},
      {{kTune, Fill("x")}, "fill: 'x' is no bars of parts"},
      {{kTune, Vary("9")}, "vary: bar 9 lies outside the piece"},
      {{"", Fill("1")}, "fill and vary are of bars that are there, and the music has no notes"},
      {{kTune, Add("tuba")}, "add: 'tuba' is no part that can be added"},
      {{many, Add("bass,alto")}, "9 voices. At most 8"},
      {{"T120@0 72@0+2 67@0+2/i1 60@0+2/i2 48@0+2/i3", Add("harmony")}, "are all there"},
      {{kTune, {}}, "no section to generate"},
      {{kTune, windows}, "reference_windows"},
      {{kTune, {}, {{2, 1, {}}}}, "the generate section is 2 s to 1 s"},
      {{kTune, {}, {{0, 1e9, {}}}}, "At most 1048576, 21845 bars of 4/4"},
      {{"T120@0 60@0+2 60@2+2", dorian}, "F# major holds none of the 1 note that is given"},
      {{kTune, pitches}, "keep=pitches keeps 2 pitches that"},
  };
  for (const Row& row : rows) {
    const std::string dump = Dump(PlanOf(row.asked));
    EXPECT_NE(dump.find(row.error), std::string::npos) << dump;
    EXPECT_EQ(dump.substr(0, 2), "2 ") << dump;
  }
}

}  // namespace
}  // namespace magenta
