#include "magenta/codec/score/score_sheet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace magenta {
namespace {

ScoreCodecOptions SheetOptions() {
  ScoreCodecOptions options;
  options.sheets = true;
  options.kinds = {0, 1, 2, 3, 4, 5, 6};
  options.first_pitches = {69, 63, 57, 50, 64, 60, 52};
  options.low = 24;
  options.pitches = 84;
  options.longest_shift = kLongestShift;
  options.cycle = 8 * kTicksPerQuarter;
  options.other_cycle = 2 * kTicksPerQuarter;
  return options;
}

struct Drawn {
  Sheet sheet;
  VoiceLines lines;
};

/// Four bars of 3/4 after a pickup, of 1 to 5 voices: each all given, all open, or open in a
/// stretch between notes.
Drawn DrawSheet(uint32_t seed) {
  std::mt19937 draw(seed);
  const auto below = [&draw](int n) { return static_cast<int>(draw() % static_cast<unsigned>(n)); };
  Drawn drawn;
  Sheet& sheet = drawn.sheet;
  sheet.length = 13 * kTicksPerQuarter;
  sheet.ends = below(2) == 0;
  sheet.meters = {{-2 * kTicksPerQuarter, 3 * kTicksPerQuarter, kTicksPerQuarter}};
  sheet.key = below(13) - 1;
  if (below(2) == 0) sheet.chords = {{0, 7, 0b100010000100}, {60, -1, 0}};
  const int voices = 1 + below(5);
  for (int v = 0; v < voices; ++v) {
    std::vector<VoiceNote> line;
    for (int64_t t = 3 * below(3); t < sheet.length;) {
      const int64_t end = std::min<int64_t>(sheet.length, t + 3 * (1 + below(8)));
      line.push_back({t, end, 48 + below(24)});
      t = end + (below(3) == 0 ? 6 : 0);
    }
    SheetVoice voice;
    voice.role = static_cast<VoiceRole>(v);
    const int how = below(4);
    if (how == 0) voice.open = {{0, sheet.length, sheet.length}};
    if (how == 1 && line.size() > 4) {
      voice.open = {{line[1].start, line[2].start + 1, line[3].start}};
    }
    if (how == 2) voice.known_ahead = below(2) == 0;
    for (const VoiceNote& note : line) {
      if (OpenAt(voice, note.start) == nullptr) voice.notes.push_back(note);
    }
    sheet.voices.push_back(voice);
    drawn.lines.push_back(line);
  }
  return drawn;
}

std::set<int> Allowed(const SparseVector& input, const RelativeSizes& sizes) {
  std::set<int> allowed;
  for (int c = 0; c < sizes.classes; ++c) allowed.insert(c);
  for (size_t e = 0; e < input.index.size(); ++e) {
    const int i = input.index[e];
    if (i >= sizes.ban_begin()) {
      allowed.erase(i - sizes.ban_begin());
    } else if (i >= sizes.range_begin()) {
      const int first = i - sizes.range_begin(), end = static_cast<int>(input.value[e]);
      std::erase_if(allowed, [&](int c) { return c < first || c >= end; });
    }
  }
  return allowed;
}

TEST(ScoreSheetTest, WhatIsGivenIsCertainAndWhatIsDrawnIsAllowed) {
  const auto codec = MakeScoreCodec(SheetOptions());
  int given = 0, drawn = 0;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    const Drawn piece = DrawSheet(seed);
    ASSERT_TRUE(CheckSheet(piece.sheet).ok()) << CheckSheet(piece.sheet) << seed;
    const std::vector<Event> events = EventsOf(piece.sheet, piece.lines);
    const auto encoder = codec->NewEncoder(codec->MakeControl(WriteSheet(piece.sheet)));
    SparseVector input;
    for (size_t i = 0; i + 1 < events.size(); ++i) {
      encoder->Push(events[i]);
      encoder->Input(input);
      ASSERT_TRUE(std::is_sorted(input.index.begin(), input.index.end()));
      ASSERT_LT(input.index.back(), codec->input_size());
      const std::set<int> allowed = Allowed(input, codec->sizes());
      const Event next = events[i + 1];
      ASSERT_TRUE(allowed.count(encoder->Label(next))) << seed << " event " << i;
      const auto certain = encoder->Given();
      if (certain.has_value()) {
        EXPECT_EQ(*certain, next) << seed << " event " << i;
        EXPECT_EQ(allowed.size(), 1);
        ++given;
      } else {
        ++drawn;
      }
    }
  }
  EXPECT_GT(given, 1000);
  EXPECT_GT(drawn, 1000);
}

/// Draws evenly among what is allowed.
std::vector<Event> DrawEvents(const RelativeCodec& codec, const Sheet& sheet, uint32_t seed) {
  std::mt19937 draw(seed);
  const auto encoder = codec.NewEncoder(codec.MakeControl(WriteSheet(sheet)));
  std::vector<Event> events = {TimeShift(0)};
  SparseVector input;
  for (int64_t tick = 0; tick < sheet.length;) {
    encoder->Push(events.back());
    encoder->Input(input);
    const std::set<int> allowed = Allowed(input, codec.sizes());
    EXPECT_FALSE(allowed.empty());
    auto choice = allowed.begin();
    std::advance(choice, draw() % allowed.size());
    events.push_back(encoder->DecodeOne(*choice));
    if (IsTimeShift(events.back())) tick += TicksOf(events.back());
  }
  return events;
}

TEST(ScoreSheetTest, WhateverIsDrawnLiesWhereVoicesAreOpen) {
  const auto codec = MakeScoreCodec(SheetOptions());
  for (uint32_t seed = 0; seed < 200; ++seed) {
    Sheet sheet = DrawSheet(seed).sheet;
    // (Of a voice that is not known ahead whoever plays it cuts what is drawn at its notes.)
    for (SheetVoice& voice : sheet.voices) voice.known_ahead = true;
    const std::vector<Event> events = DrawEvents(*codec, sheet, seed);
    const VoiceLines lines = LinesOf(sheet, events);
    for (size_t v = 0; v < lines.size(); ++v) {
      const SheetVoice& voice = sheet.voices[v];
      std::vector<VoiceNote> outside;
      for (const VoiceNote& note : lines[v]) {
        const OpenRange* range = OpenAt(voice, note.start);
        if (range == nullptr) {
          outside.push_back(note);
          continue;
        }
        EXPECT_LT(note.start, range->end);
        EXPECT_LE(note.end, range->until);
      }
      EXPECT_EQ(outside, voice.notes) << seed << " voice " << v;
    }
    EXPECT_EQ(EventsOf(sheet, lines).size() <= events.size(), true);
  }
}

TEST(ScoreSheetTest, KeptRhythmsAndPitchesStay) {
  const auto codec = MakeScoreCodec(SheetOptions());
  for (uint32_t seed = 0; seed < 100; ++seed) {
    Drawn piece = DrawSheet(seed);
    SheetVoice& voice = piece.sheet.voices[0];
    voice = {};
    voice.open = {{0, piece.sheet.length, piece.sheet.length}};
    voice.kept = piece.lines[0];
    voice.keep = seed % 2 == 0 ? Keep::kRhythm : Keep::kPitches;
    const VoiceLines lines = LinesOf(piece.sheet, DrawEvents(*codec, piece.sheet, seed));
    if (voice.keep == Keep::kRhythm) {
      ASSERT_EQ(lines[0].size(), voice.kept.size());
      for (size_t i = 0; i < lines[0].size(); ++i) {
        EXPECT_EQ(lines[0][i].start, voice.kept[i].start);
        EXPECT_EQ(lines[0][i].end, voice.kept[i].end);
      }
    } else {
      ASSERT_EQ(lines[0].size(), voice.kept.size()) << seed;
      for (size_t i = 0; i < lines[0].size(); ++i) {
        EXPECT_EQ(lines[0][i].pitch, voice.kept[i].pitch);
      }
    }
  }
}

TEST(ScoreSheetTest, KeptPitchesStayEachInItsRange) {
  const auto codec = MakeScoreCodec(SheetOptions());
  int notes = 0;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    Drawn piece = DrawSheet(seed);
    // In every other quarter, down to ranges that have no tick to spare.
    for (size_t v = 0; v < piece.lines.size(); ++v) {
      const std::vector<VoiceNote>& line = piece.lines[v];
      SheetVoice& voice = piece.sheet.voices[v];
      voice.open.clear(), voice.notes.clear();
      voice.known_ahead = true;
      voice.keep = Keep::kPitches;
      for (int64_t t = 0; t < piece.sheet.length; t += 2 * kTicksPerQuarter) {
        voice.open.push_back({t, t + kTicksPerQuarter, t + kTicksPerQuarter});
        int64_t at = t;
        for (const VoiceNote& note : line) {
          if (note.start >= t + kTicksPerQuarter) break;
          if (note.start >= t) voice.kept.push_back({at, at + 1, note.pitch}), ++at;
        }
        const bool fills = seed % 4 == 0;
        for (; fills && at < t + kTicksPerQuarter; ++at) voice.kept.push_back({at, at + 1, 60});
      }
    }
    ASSERT_TRUE(CheckSheet(piece.sheet).ok());
    const VoiceLines lines = LinesOf(piece.sheet, DrawEvents(*codec, piece.sheet, seed));
    for (size_t v = 0; v < lines.size(); ++v) {
      const SheetVoice& voice = piece.sheet.voices[v];
      ASSERT_EQ(lines[v].size(), voice.kept.size()) << seed << " voice " << v;
      for (size_t i = 0; i < lines[v].size(); ++i, ++notes) {
        EXPECT_EQ(lines[v][i].pitch, voice.kept[i].pitch);
        EXPECT_EQ(OpenAt(voice, lines[v][i].start), OpenAt(voice, voice.kept[i].start));
      }
    }
  }
  EXPECT_GT(notes, 300);
}

TEST(ScoreSheetTest, WhatIsRefusedDoesNotBeginThere) {
  const auto codec = MakeScoreCodec(SheetOptions());
  int refused = 0;
  for (uint32_t seed = 0; seed < 60; ++seed) {
    Drawn piece = DrawSheet(seed);
    SheetVoice& voice = piece.sheet.voices.back();
    const std::vector<VoiceNote>& line = piece.lines.back();
    voice = OpenVoiceOf(voice.role, piece.sheet.length);
    voice.keep = std::array{Keep::kNothing, Keep::kRhythm, Keep::kPitches, Keep::kSound}[seed % 4];
    if (voice.keep != Keep::kSound) voice.kept = line;
    for (const VoiceNote& note : line) voice.refused.push_back({note.start, note.pitch});
    const VoiceLines lines = LinesOf(piece.sheet, DrawEvents(*codec, piece.sheet, seed));
    for (const VoiceNote& note : lines.back()) {
      for (const RefusedPitch& pitch : voice.refused) {
        EXPECT_FALSE(pitch.start == note.start && pitch.pitch == note.pitch) << seed;
      }
    }
    refused += static_cast<int>(voice.refused.size());
  }
  EXPECT_GT(refused, 300);
}

TEST(ScoreSheetTest, AVoiceThatIsToSoundDoesAllAlong) {
  const auto codec = MakeScoreCodec(SheetOptions());
  for (uint32_t seed = 0; seed < 100; ++seed) {
    Drawn piece = DrawSheet(seed);
    SheetVoice& voice = piece.sheet.voices[0];
    voice = {};
    const int64_t end = piece.sheet.length / 2;
    voice.open = {{kTicksPerQuarter, end, end}};
    voice.keep = Keep::kSound;
    const VoiceLines lines = LinesOf(piece.sheet, DrawEvents(*codec, piece.sheet, seed));
    int64_t at = kTicksPerQuarter;
    for (const VoiceNote& note : lines[0]) {
      EXPECT_EQ(note.start, at) << seed;
      at = note.end;
    }
    EXPECT_EQ(at, end) << seed;
  }
}

TEST(ScoreSheetTest, LinesMoveOn) {
  constexpr int kQuarters = 12;
  Sheet sheet;
  sheet.length = kQuarters * kTicksPerQuarter;
  SheetVoice melody, bass;
  for (int64_t quarter = 0; quarter < kQuarters; ++quarter) {
    melody.notes.push_back({quarter * kTicksPerQuarter, (quarter + 1) * kTicksPerQuarter, 72});
  }
  bass.role = VoiceRole::kBass;
  bass.open = {{0, sheet.length, sheet.length}};
  sheet.voices = {melody, bass};
  const auto codec = MakeScoreCodec(SheetOptions());
  // Held, and struck again.
  std::vector<VoiceNote> struck = melody.notes;
  for (VoiceNote& note : struck) note.pitch = 48;
  for (const auto& [moves_on, line] : std::vector<std::pair<bool, std::vector<VoiceNote>>>{
           {false, {{0, sheet.length, 48}}}, {true, {{0, sheet.length, 48}}}, {true, struck}}) {
    sheet.moves_on = moves_on;
    const std::vector<Event> events = EventsOf(sheet, {melody.notes, line});
    const auto encoder = codec->NewEncoder(codec->MakeControl(WriteSheet(sheet)));
    SparseVector input;
    int held = 0, refused = 0;
    for (size_t i = 0; i + 1 < events.size(); ++i) {
      encoder->Push(events[i]);
      encoder->Input(input);
      const auto quarter = static_cast<int>(i / 3);  // time, melody, bass
      if (i % 3 != 1 || quarter == 0) continue;
      const std::set<int> allowed = Allowed(input, codec->sizes());
      const bool may_hold = allowed.contains(0);
      EXPECT_EQ(may_hold, !moves_on || quarter * kTicksPerQuarter < kLongestStay) << quarter;
      EXPECT_EQ(allowed.contains(encoder->Label(48)), may_hold) << quarter;
      EXPECT_EQ(encoder->Repeated(), 48);
      (may_hold ? held : refused) += 1;
    }
    EXPECT_EQ(held, moves_on ? 7 : 11);
    EXPECT_EQ(refused, moves_on ? 4 : 0);
  }
}

TEST(ScoreSheetTest, WhoIsDenseIsNotPushedOn) {
  // The weights with which a density is said differ from those where nobody pushes; four quarters
  // of sixteenths later they don't, unless there are to be fewer notes.
  struct Case {
    int64_t length;
    int density;
    bool pushed;
  };
  const auto codec = MakeScoreCodec(SheetOptions());
  constexpr int64_t kSixteenth = kTicksPerQuarter / 4;
  for (const auto& [length, density, is_pushed] : {Case{kTicksPerQuarter, kDensities - 1, true},
                                                   {kSixteenth, kDensities - 1, false},
                                                   {kSixteenth, 0, true},
                                                   {kSixteenth, 1, true}}) {
    Sheet sheet;
    sheet.length = 8 * kTicksPerQuarter;
    sheet.density = density;
    SheetVoice voice;
    voice.open = {{0, sheet.length, sheet.length}};
    sheet.voices = {voice};
    std::vector<VoiceNote> line;
    for (int64_t tick = 0; tick < sheet.length; tick += length) {
      line.push_back({tick, tick + length, 60});
    }
    const std::vector<Event> events = EventsOf(sheet, {line});
    const auto as_it_is = codec->NewEncoder(codec->MakeControl(WriteSheet(sheet)));
    sheet.stresses_density = true;
    const auto pushed = codec->NewEncoder(codec->MakeControl(WriteSheet(sheet)));
    SparseVector one, other;
    bool differs = false;
    for (size_t i = 0; i + 1 < events.size(); ++i) {
      as_it_is->Push(events[i]);
      pushed->Push(events[i]);
      as_it_is->Input(one);
      pushed->Input(other);
      differs = !(one == other);
      EXPECT_TRUE(differs || i > 0);
    }
    EXPECT_EQ(differs, is_pushed) << length << " " << density;
  }
}

TEST(ScoreSheetTest, AGapKnowsWhatComesAfterIt) {
  // A melody whose second half repeats the first: under the same beginning, what follows the gap
  // tells what stood in it.
  Sheet sheet;
  sheet.length = 16 * kTicksPerQuarter;
  SheetVoice voice;
  voice.open = {{4 * kTicksPerQuarter, 8 * kTicksPerQuarter, 8 * kTicksPerQuarter}};
  const int pitches[] = {60, 62, 64, 67, 69, 65, 62, 71};
  for (int i = 0; i < 16; ++i) {
    const int64_t start = i * kTicksPerQuarter;
    if (OpenAt(voice, start) == nullptr) {
      voice.notes.push_back({start, start + kTicksPerQuarter, pitches[i % 8]});
    }
  }
  sheet.voices = {voice};
  const auto control = std::make_shared<SheetControl>(sheet, SheetOptions());
  MomentHistory history = control->history();
  EXPECT_EQ(history.tick(), 0);
  EXPECT_EQ(history.before(0).sounding, -1);
  for (int i = 0; i < 4; ++i) {
    history.Decide(0, pitches[i]);
    history.Advance(kTicksPerQuarter);
  }
  SymbolSupport support{};
  history.ChordSupport(0, support);
  EXPECT_EQ(support[SymbolPlace(69)], 4);
  EXPECT_EQ(*std::max_element(support.begin(), support.end()), 4);
}

TEST(ScoreSheetTest, MotionsAgainstOtherVoicesAreMarked) {
  ScoreCodecOptions options = SheetOptions();
  options.motions = true;
  const auto codec = MakeScoreCodec(options);
  Sheet sheet;
  sheet.length = 2 * kTicksPerQuarter;
  sheet.voices = {OpenVoiceOf(VoiceRole::kMelody, sheet.length),
                  OpenVoiceOf(VoiceRole::kBass, sheet.length)};
  const auto encoder = codec->NewEncoder(codec->MakeControl(WriteSheet(sheet)));
  // A fifth, then the melody steps up.
  for (const Event event : {TimeShift(0), 67, 60, TimeShift(kTicksPerQuarter), 69}) {
    encoder->Push(event);
  }
  SparseVector input;
  encoder->Input(input);
  const RelativeSizes& sizes = codec->sizes();
  const auto is_marked = [&](int pitch, ScoreRows::MotionLevel level) {
    const int at = sizes.MarkAt(ScoreRows::kMotionMark, kFixedClasses + pitch - options.low, level);
    return std::binary_search(input.index.begin(), input.index.end(), at);
  };
  EXPECT_TRUE(is_marked(62, ScoreRows::kParallelFifth));
  EXPECT_FALSE(is_marked(60, ScoreRows::kParallelFifth));
  EXPECT_TRUE(is_marked(74, ScoreRows::kCrosses));
  EXPECT_TRUE(is_marked(68, ScoreRows::kOverlaps));
  EXPECT_FALSE(is_marked(68, ScoreRows::kCrosses));
  EXPECT_TRUE(is_marked(69, ScoreRows::kUnison));
  EXPECT_TRUE(is_marked(57, ScoreRows::kOctave));
  EXPECT_FALSE(is_marked(57, ScoreRows::kSimilarToOctave));  // contrary
  EXPECT_TRUE(is_marked(57, ScoreRows::kAgainst));
  EXPECT_TRUE(is_marked(81, ScoreRows::kSimilarToOctave));
}

TEST(ScoreSheetTest, HostileControlsAreErrors) {
  const auto codec = MakeScoreCodec(SheetOptions());
  EXPECT_TRUE(codec->CheckControl(EventSequence()).ok());
  EXPECT_FALSE(codec->CheckControl({{}, {7, 1}}).ok());
  EXPECT_TRUE(codec->CheckControl({{}, WriteSheet(DrawSheet(1).sheet)}).ok());
}

}  // namespace
}  // namespace magenta
