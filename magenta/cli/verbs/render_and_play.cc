#include "magenta/cli/verbs/heavy_verbs.h"

namespace magenta::cli {

const std::vector<std::string>& RenderFlags::Formats() {
  static const std::vector<std::string> formats = {"wav", "flac",     "ogg", "svg",  "png",
                                                   "abc", "musicxml", "mid", "drums"};
  return formats;
}

void RenderFlags::Describe(Flags& flags) {
  flags.Usage("[flags] FILE|FOLDER...");
  flags.About(
      "Sounds music into a file (44.1 kHz, 16 bit, stereo: WAV, FLAC or Ogg Vorbis), draws it as a "
      "piano roll (SVG or PNG: bars numbered, notes named) or writes it as a score (ABC, "
      "MusicXML), "
      "MIDI or a drum grid. Repeats of scores are played out. Without --output the new file stands "
      "beside the old one, or in --output_dir, under its name.");
  flags.Positional(
      "FILE", &files,
      "Files of MIDI, ABC, MusicXML or drum grids, or NoteSequences, or folders of them; a file of "
      "several pieces gives several, numbered.",
      1);
  flags.Bool("recursive", &recursive,
             "The folders below too; what they hold goes into such folders of --output_dir.");
  flags.Group("Output");
  flags.Text("output", &output, "The file to write; its ending says what. For one piece.")
      .Value("FILE");
  flags.TextList("format", &formats, "What to write for each piece.")
      .Choices(Formats())
      .Default("wav, when there is no --output");
  flags.Text("output_dir", &output_dir, "Where the new files go.").Value("DIR");
  flags.Group("Sound");
  flags
      .Text("program", &program,
            "The instrument of all notes but drums: General MIDI's name, or its number from 0 to "
            "127.")
      .NotEmpty()
      .Value("NAME")
      .Default("each note's own");
  flags.Text("soundfont", &soundfont, "An .sf2 or .sf3 file.")
      .Value("FILE")
      .Default("$MAGENTA_SOUNDFONT, else FluidR3_GM.sf2 or TimGM6mb.sf2 if installed");
  flags.Group("Picture");
  flags.Text("title", &title, "Above the roll, and of a score or MIDI file.")
      .Default("the piece's, or the file's name");
  flags
      .Double("primer_end", &primer_end,
              "Seconds: notes that begin before are drawn as the primer, the others as generated; "
              "0: no primer.")
      .Range(0);
  flags.AddExample("magenta render tune.mid --output=tune.png", "A picture.");
  flags.AddExample("magenta render out/*.mid --format=ogg,svg --program=flute",
                   "Sound and a picture beside each file, on a flute.");
  flags.AddExample("magenta render songs --recursive --output_dir=scores --format=musicxml",
                   "A score of every file in a folder, for a notation program.");
}

void PlayFlags::Describe(Flags& flags) {
  flags.Usage("[flags] FILE");
  flags.About(
      "Plays a file to a MIDI port, in time. With --output=FILE.wav (or .flac, .ogg) it sounds it "
      "into that file instead. Repeats of scores are played out. Ctrl-C ends every note.");
  flags.Positional("FILE", &files,
                   "A file of MIDI, ABC, MusicXML or drum grids, or a NoteSequence.", 1, 1);
  flags.Group("Where to");
  flags.Text("output", &output, "A .wav, .flac or .ogg file instead of a port.").Value("FILE");
  flags.Text("backend", &backend, "Which system of ports; file: --output_port is a MIDI file.")
      .Choices({"auto", "jack", "alsa", "rtmidi-jack", "virtual", "file"})
      .Value("NAME");
  flags
      .Text("output_port", &output_port,
            "A MIDI port, by its name or a part of it; virtual: one of our own, for others to "
            "connect to.")
      .Value("NAME")
      .Path()
      .Default("the first one that `magenta ports` lists");
  flags.Text("soundfont", &soundfont, "For --output: an .sf2 or .sf3 file.").Value("FILE");
  flags.AddExample("magenta play tune.mid", "To the first MIDI port.");
  flags.AddExample("magenta play tune.abc --output=tune.ogg", "Into a file.");
}

void PortsFlags::Describe(Flags& flags) {
  flags.Usage("[flags]");
  flags.About("Lists the MIDI ports that can be played to and listened to.");
  flags.Group("Where to look");
  flags.Text("backend", &backend, "Which system of ports.")
      .Choices({"auto", "jack", "alsa"})
      .Value("NAME");
  flags.AddExample("magenta ports", "Every port of JACK and ALSA.");
  flags.AddExample("magenta ports --backend=jack --json", "JACK's, for a program.");
}

std::unique_ptr<Verb> NewRenderVerb() { return std::make_unique<RenderFlags>(); }
std::unique_ptr<Verb> NewPlayVerb() { return std::make_unique<PlayFlags>(); }
std::unique_ptr<Verb> NewPortsVerb() { return std::make_unique<PortsFlags>(); }

}  // namespace magenta::cli
