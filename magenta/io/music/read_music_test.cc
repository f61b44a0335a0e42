#include "magenta/io/music/read_music.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>

#include "magenta/base/status.h"
#include "magenta/io/midi/midi_test_util.h"

namespace magenta {
namespace {

using std::string_literals::operator""s;

/// `bytes` as one member of gzip.
std::string Gzipped(const std::string& bytes) {
  z_stream stream{};
  EXPECT_EQ(::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(::deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  ::deflateEnd(&stream);
  return packed;
}

std::string Midi() { return MidiBytes({"00 903C64 64 803C00"}).Read(); }
constexpr char kAbc[] = "X:1\nT:one\nK:C\nC\n\nX:2\nT:broken\n\nX:3\nT:three\nK:C\nDE\n";
constexpr char kDrums[] = "# X:1\npattern: a\nmeter: 1/4\nBD |x-x-|\n\npattern: b\nBD |x|\n";
constexpr char kXml[] =
    "<?xml version='1.0'?><score-partwise><part-list><score-part id='P'><part-name>P</part-name>"
    "</score-part></part-list><part id='P'><measure><attributes><divisions>1</divisions>"
    "</attributes><note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration>"
    "</note></measure></part></score-partwise>";

/// "MIDI 1", "ABC 1 ! 2" (notes of each piece, ! for one that can't be read), or the error.
std::string Read(std::string_view bytes, MusicReadOptions options = {}) {
  const auto reading = ReadMusicBytes(bytes, std::move(options));
  if (!reading.ok()) return ErrorLine(reading.status());
  std::string dump = MusicFormatName(reading->format);
  for (const MusicPiece& piece : reading->pieces) {
    dump += piece.status.ok() ? fmt::format(" {}", piece.sequence.notes_size()) : " !";
  }
  return dump;
}

TEST(ReadMusic, ToldByBytesPackedOrNot) {
  for (const auto& [bytes, dump] :
       std::vector<std::pair<std::string, std::string>>{{Midi(), "MIDI 1"},
                                                        {InRiff(Midi()), "MIDI 1"},
                                                        {kXml, "MusicXML 1"},
                                                        {kAbc, "ABC 1 ! 2"},
                                                        {kDrums, "drum grid 2 !"}}) {
    EXPECT_EQ(Read(bytes), dump);
    EXPECT_EQ(Read(Gzipped(bytes)), dump);
    EXPECT_EQ(MusicFormatOfBytes(bytes.substr(0, 64)), MusicFormatOfBytes(Gzipped(bytes)));
  }
  EXPECT_EQ(Read("MacBinary" + Midi(), {MusicFormat::kMidi}), "MIDI 1");
}

TEST(ReadMusic, ToldByNames) {
  const struct {
    const char* name;
    std::optional<MusicFormat> format;
  } kRows[] = {
      {"a.mid", MusicFormat::kMidi},
      {"A.MIDI", MusicFormat::kMidi},
      {"x/a.Kar", MusicFormat::kMidi},
      {"a.rmi", MusicFormat::kMidi},
      {"a.abc", MusicFormat::kAbc},
      {"a.drums", MusicFormat::kDrumGrid},
      {"a.xml", MusicFormat::kMusicXml},
      {"a.mxl", MusicFormat::kMusicXml},
      {"a.MusicXML", MusicFormat::kMusicXml},
      {"a.mid.gz", MusicFormat::kMidi},
      {"A.ABC.GZ", MusicFormat::kAbc},
      {"a.xml.gz", MusicFormat::kMusicXml},
      {"a.gz", std::nullopt},
      {"a.mid.txt", std::nullopt},
      {"a.mid.gz.gz", std::nullopt},
      {"mid", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& row : kRows) EXPECT_EQ(MusicFormatOfName(row.name), row.format) << row.name;
  EXPECT_EQ(MusicFileEndings(), ".mid, .midi, .kar, .rmi, .xml, .musicxml, .mxl, .drums, .abc");
}

TEST(ReadMusic, CountsWhatWasMended) {
  const std::string whole = Midi();
  EXPECT_EQ(ReadMusicBytes(whole)->pieces[0].mended, 0u);
  const auto cut = ReadMusicBytes(std::string_view(whole).substr(0, whole.size() - 4));
  ASSERT_TRUE(cut.ok()) << cut.status();
  EXPECT_GE(cut->pieces[0].mended, 1u);
  EXPECT_LE(cut->pieces[0].mended, cut->pieces[0].warnings.size());
}

TEST(ReadMusic, SaysWhatIsNoMusic) {
  const MusicReadOptions midi = {MusicFormat::kMidi};
  for (const auto& [line, wanted] : std::vector<std::pair<std::string, std::string>>{
           {Read(""), "is empty. Give a file of MIDI, ABC, MusicXML or drum grids."},
           {Read("hello world"),
            "is of no known kind, not music. Give a file of MIDI, ABC, MusicXML or drum grids."},
           {Read("%PDF-1.7"),
            "is a PDF, not music. Give a file of MIDI, ABC, MusicXML or drum grids."},
           {Read("BZh91AY", midi),
            "no MIDI header (MThd) at byte 0 or after it (it is a bzip2 archive). Give a Standard "
            "MIDI "
            "File (.mid, .midi, .kar, .rmi)."},
           {Read(Gzipped(Gzipped(Midi())), midi),
            "no MIDI header (MThd) at byte 0 or after it (it is gzip). Give a Standard MIDI File "
            "(.mid, "
            ".midi, .kar, .rmi)."},
       }) {
    EXPECT_EQ(line, wanted);
  }
}

TEST(ReadMusic, ForeignKinds) {
  const struct {
    std::string bytes;
    const char* kind;
  } rows[] = {
      {"\x78\x9c\xcb"s, "a zlib stream"},
      {"\x78\x01\xcb"s, "a zlib stream"},
      {"\x78\xda\xcb"s, "a zlib stream"},
      {"\x1f\x8b\x08"s, "gzip"},
      {"PK\3\4"s, "a zip archive"},
      {"\x7f"
       "ELF\2\1"s,
       "a program (ELF)"},
      {"%PDF-1.4"s, "a PDF"},
      {"\x89PNG\r\n"s, "a picture (PNG)"},
      {"\xff\xd8\xff\xe0"s, "a picture (JPEG)"},
      {"GIF89a"s, "a picture (GIF)"},
      {"ID3\4"s, "an MP3 file"},
      {"\xff\xfb\x90"s, "an MP3 file"},
      {"RIFF\0\0\0\0WAVE"s, "a WAV file"},
      {"RIFF\0\0\0\0AVI "s, "a RIFF file"},
      {"FORM\0\0\0\0AIFF"s, "an AIFF file"},
      {"\0\0\0\x20"
       "ftypM4A "s,
       "an MP4 file"},
      {"X:1"s, ""},
      {"xylophone"s, ""},
  };
  for (const auto& row : rows) EXPECT_STREQ(ForeignKind(row.bytes), row.kind) << row.bytes;
}

/// Whether a byte order mark says so or not.
TEST(ReadMusic, Utf16) {
  const std::string abc = "X:1\nT:one\nK:C\nC\n";
  for (const std::string& text : {abc, std::string(kXml)}) {
    const std::string wanted = Read(text);
    for (const bool big : {true, false}) {
      std::string bytes;
      for (const char c : text) bytes += big ? std::string({'\0', c}) : std::string({c, '\0'});
      EXPECT_EQ(Read(bytes), wanted) << big;
      EXPECT_EQ(Read((big ? "\xfe\xff" : "\xff\xfe") + bytes), wanted) << big;
    }
  }
}

TEST(ReadMusic, ScoresKeepToTheLimitsThatAreGiven) {
  const std::string voices = "X:1\nK:C\nV:1\nC\nV:2\nE\n";
  std::string parts = kXml;
  parts.insert(parts.find("</part-list>"),
               "<score-part id='Q'><part-name>Q</part-name></score-part>");
  PieceLimits limits;
  EXPECT_EQ(Read(voices, {{}, {}, limits}), "ABC 2");
  EXPECT_EQ(Read(parts, {{}, {}, limits}), "MusicXML 1");
  limits.tracks = 1;
  for (const std::string& text : {voices, parts}) {
    EXPECT_TRUE(IsPieceLimitError(ReadMusicBytes(text, {{}, {}, limits}).status())) << text;
  }
  limits = {};
  limits.tunes = 2;
  EXPECT_TRUE(IsPieceLimitError(ReadMusicBytes(kAbc, {{}, {}, limits}).status()));
}

/// They take more memory than other events do, in all that is made of a piece.
TEST(ReadMusic, ChangesHaveALimitInEveryFormat) {
  std::string meters;
  for (int i = 0; i < 4; ++i) meters += i % 2 == 0 ? "[M:3/4]C3" : "[M:2/4]C2";
  std::string changes;
  for (int i = 0; i < 4; ++i)
    changes += " 60 FF5804" + std::string(i % 2 == 0 ? "03" : "02") + "021808";
  PieceLimits limits;
  limits.changes = 3;
  for (const std::string& bytes :
       {"X:1\nK:C\n" + meters + "\n", MidiBytes({"00 903C64 64 803C00" + changes}).Read()}) {
    EXPECT_TRUE(ReadMusicBytes(bytes).ok());
    EXPECT_TRUE(IsPieceLimitError(ReadMusicBytes(bytes, {{}, {}, limits}).status()));
  }
}

TEST(ReadMusic, GzipThatIsCutOrDamagedIsAnError) {
  const std::string packed = Gzipped(Midi());
  EXPECT_NE(Read(packed.substr(0, packed.size() - 9), {MusicFormat::kMidi}).find("it is cut short"),
            std::string::npos);
  for (size_t size = 2; size < packed.size(); ++size) {
    EXPECT_FALSE(ReadMusicBytes(packed.substr(0, size)).ok()) << size;
  }
  EXPECT_NE(Read(packed + "x").find("bytes after its end"), std::string::npos);
}

TEST(ReadMusic, LimitsHoldForEveryFormat) {
  PieceLimits limits;
  limits.file_bytes = 1000;
  limits.unpacked_bytes = 2000;
  EXPECT_EQ(Read(std::string(1001, 'x'), {{}, {}, limits}),
            "has 1001 bytes; the limit for a piece is 1000. Split it into smaller pieces.");
  EXPECT_EQ(Read(Gzipped(std::string(2001, ' ')), {{}, {}, limits}),
            "has 2001 unpacked bytes or more; the limit for a piece is 2000. Split it into smaller "
            "pieces.");
  // A thousandth of what it unpacks to.
  limits.file_bytes = 1 << 20;
  const std::string bomb = Gzipped(std::string(size_t{16} << 20, ' '));
  EXPECT_TRUE(IsPieceLimitError(ReadMusicBytes(bomb, {{}, {}, limits}).status()));
  PieceLimits notes;
  notes.notes = 2;
  EXPECT_EQ(Read(Midi(), {{}, {}, notes}), "MIDI 1");
  EXPECT_EQ(Read(kAbc, {{}, {}, notes}),
            "has 3 notes or more; the limit for a piece is 2. Split it into smaller pieces.");
}

TEST(ReadMusic, FileOverTheLimitIsNotRead) {
  const std::string path = testing::TempDir() + "/read_music_large.mid";
  { std::ofstream(path) << "MThd"; }
  std::filesystem::resize_file(path, kPieceLimits.file_bytes + 1);
  const auto bytes = ReadPieceFile(path);
  EXPECT_EQ(ErrorLine(bytes.status()),
            path +
                ": has 134217729 bytes; the limit for a piece is 134217728. Split it into smaller "
                "pieces.");
  EXPECT_EQ(ExitStatus(bytes.status()), 3);
  std::filesystem::remove(path);
}

TEST(ReadMusic, TextsOfEveryFormatAreUtf8) {
  const std::string abc = "X:1\nT:Fl\xF6te\nC:J\xFCrgen\nK:C\n\"\xC4m\"C\n";
  std::string xml = kXml;
  xml.replace(xml.find("<part-name>P"), 12, "<part-name>Fl\xF6te");
  const std::string midi = MidiBytes({"00 FF0305 466CF67465 00 903C64 64 803C00"}).Read();
  for (const std::string& bytes : {abc, xml, midi}) {
    const auto reading = ReadMusicBytes(bytes);
    ASSERT_TRUE(reading.ok()) << reading.status().message();
    const std::string record = reading->pieces[0].sequence.SerializeAsString();
    EXPECT_NE(record.find("Flöte"), std::string::npos);
    EXPECT_TRUE(NoteSequence().ParseFromString(record));
  }
}

}  // namespace
}  // namespace magenta
