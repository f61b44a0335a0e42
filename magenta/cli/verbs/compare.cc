#include "magenta/cli/verbs/heavy_verbs.h"

namespace magenta::cli {

void CompareFlags::Describe(Flags& flags) {
  flags.Usage("[flags] FOLDER_OR_FILE...");
  flags.About(
      "Sets collections of music side by side, a column each: how long their melodies are, how "
      "many "
      "notes a bar has, pitches, intervals, rests, repeats, keys. A piece counts once, by its "
      "melody as `score` finds it: the part named melody, else the highest, and of chords the "
      "highest note; where tempo or meter change it goes on, in bars of the first meter. What "
      "can't "
      "be read is said and passed over.");
  flags.About(
      "A collection is a folder, a file of music, a TFRecord of NoteSequences or a data set; "
      "NAME=PATH gives its column a name.");
  flags.Positional("FILE", &collections, "Folders, files, or NAME=PATH.", 1);
  flags.Group("What to look at");
  flags.Bool("recursive", &recursive, "The folders below, too.");
  flags
      .Int("num_bars", &num_bars,
           "Only the first bars of each melody, so that short and long ones compare; 0: all.")
      .Range(0);
  flags.Group("Output");
  flags.Text("output", &output, "A picture: a .png or .svg file. At most eight collections.")
      .Value("FILE");
  flags.Text("title", &title, "Above the picture.").Default("what is compared");
  flags.AddExample("magenta compare my_tunes generated --output=compared.png",
                   "Is what a model writes like what it learned from? A table and a picture.");
  flags.AddExample(
      "magenta compare reels=data/eval_melodies.tfrecord lookback=tunes --num_bars=8 --json",
      "Held-out melodies beside generated ones, for a program.");
}

std::unique_ptr<Verb> NewCompareVerb() { return std::make_unique<CompareFlags>(); }

}  // namespace magenta::cli
