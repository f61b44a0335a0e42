#include "magenta/cli/verbs/live_flags.h"

namespace magenta::cli {

void LiveFlags::Describe(Flags& flags) {
  flags.Usage("[flags]");
  flags.About(
      "Plays with you. You play a phrase on a MIDI keyboard, the machine goes on from it at once: "
      "the model hears each note as it is played, so its answer begins on the very next step.");
  flags.About(
      "Turn the modulation wheel up, play to the metronome, turn it down (--mode=switch); or take "
      "turns of so many bars (--mode=bars:2,2); or play, and stop (--mode=free). A MIDI file can "
      "play, too (--backend=file): phrase by phrase it is answered. Ctrl-C ends every note and the "
      "session. The seed is printed; with it, the same playing gets the same answers.");
  DescribePorts(flags);
  DescribeTurns(flags);
  DescribeTime(flags);
  DescribeControls(flags);
  DescribeMusic(flags);
  model.Describe(flags);
  remote.Describe(flags);
  flags.AddExample("magenta live --list", "Which ports there are.");
  flags.AddExample("magenta live --input_port=Keystation --output_port=FLUID --qpm=90",
                   "Wheel up, play, wheel down: five bars come back.");
  flags.AddExample("magenta live --mode=bars:2,2 --record=duet.mid",
                   "Two bars each, without end; the session is kept.");
  flags.AddExample(
      "magenta live --config=chord_pitches_improv --backing_chords=\"Dm7 G7 C\" --mode=bars:2,2",
      "You and the machine play over three chords, two bars each.");
  flags.AddExample("magenta live --config=score --accompany=alto,tenor,bass",
                   "No turns: three voices play with you, under your melody.");
  flags.AddExample("magenta live --learn",
                   "Prints what a knob or pedal sends, and the flag for it.");
  flags.AddExample("magenta live --backend=file --input_port=tune.mid --output_port=duet.mid",
                   "No hardware: a file plays, waits for each answer, and a file is the result.");
}

void LiveFlags::DescribePorts(Flags& flags) {
  flags.Group("Ports");
  flags.Bool("list", &list, "Lists ports and ends.");
  flags.Text("backend", &backend, "Where ports come from; auto takes the first that works.")
      .Choices({"auto", "jack", "alsa", "rtmidi-jack", "virtual", "file"}, true)
      .Value("NAME");
  const char* inputs =
      "What is listened to: parts of names, by commas; `virtual`, a port of our own that others "
      "connect to; for --backend=file a MIDI file.";
  const char* outputs = "What is played to; likewise.";
  flags.TextList("input_port", &input_ports, inputs).Value("NAME").Path().Default("the first one");
  flags.TextList("input_ports", &input_ports, inputs).Hidden();
  flags.TextList("output_port", &output_ports, outputs)
      .Value("NAME")
      .Path()
      .Default("the first one");
  flags.TextList("output_ports", &output_ports, outputs).Hidden();
  flags.Int("input_channel", &input_channel, "The player's MIDI channel, 1 to 16; 0: all.")
      .Range(0, 16)
      .Default("0; of a file the part that lies highest, or the drums");
  flags
      .Int("output_channel", &output_channel,
           "The machine's MIDI channel; of --accompany that of its first part.")
      .Range(1, 16)
      .Default("1; of drums 10; beside a file one that it does not use");
  flags
      .Text("program", &program,
            "The machine's instrument of General MIDI, by name (flute) or number (0 to 127); of "
            "--accompany several by commas, a part each.")
      .NotEmpty()
      .Value("NAME")
      .Default("as it is");
  flags
      .Text("input_program", &input_program,
            "Your own instrument on the output, where your channel is not the machine's.")
      .NotEmpty()
      .Value("NAME")
      .Default("as it is");
  flags
      .TextList("players", &players,
                "Several players at once, each with a voice that answers: PORT:CHANNEL as heard, "
                "by commas (ports from 1, channel 0: all). Voices play on the output port and "
                "channel of the same number, where there is one.")
      .Value("LIST");
  flags.Bool("thru", &thru, "What you play goes to the output, too.");
  flags.Bool("wait", &wait,
             "A file that plays waits, whole bars, while the machine answers (not for "
             "--mode=switch, nor where the file is the clock).");
}

void LiveFlags::DescribeTurns(Flags& flags) {
  flags.Group("Turns");
  flags
      .Text("mode", &mode,
            "switch: a control begins and ends your phrase; bars:A,B: A bars for you, B for the "
            "machine; free: your phrase begins with a note and ends with a silence.")
      .Choices({"switch", "bars:2,2", "free"}, true)
      .Value("MODE")
      .Default("switch; for a file without a switch free, on bar lines");
  flags
      .Text("accompany", &accompany,
            "No turns: a model of several parts (score) plays at the same time. What it adds to "
            "your melody: alto, tenor, bass, chords or harmony, several by commas, each on a "
            "channel of its own, or on the one that is given with it (bass:3).")
      .Choices({"bass", "alto,tenor,bass", "chords"}, true)
      .NotEmpty()
      .Value("ROLES");
  flags
      .Text("switch", &switch_control,
            "Another switch: cc:N (64 or more begins, less ends), pedal (cc:64), or note:N, which "
            "begins and ends by turns.")
      .Value("CONTROL")
      .Default("the wheel, as the four flags below say");
  flags.Int("start_capture_control_number", &start_control, "Begins the phrase.")
      .Range(0, 127)
      .Default("1");
  flags.Int("start_capture_control_value", &start_value, "Its value; -1: any of 64 and more.")
      .Range(-1, 127)
      .Default("127");
  flags.Int("stop_capture_control_number", &stop_control, "Ends it.").Range(0, 127).Default("1");
  flags.Int("stop_capture_control_value", &stop_value, "Its value; -1: any of 64 and more.")
      .Range(-1, 127)
      .Default("0");
  flags
      .Int("num_bars_to_generate", &answer_bars,
           "Length of an answer; 0: as long as the phrase. Bars of --mode=bars go before it.")
      .Range(-1, 256)
      .Default("5 for switch, 0 for free");
  flags.Double("silence", &silence, "For free: the beats of silence that end a phrase.")
      .Range(0.25, 256);
  flags.Text("answer_on", &answer_on, "Where an answer may begin.")
      .Choices({"step", "beat", "bar"})
      .Default("step; bar where --mode is left out for a file");
  flags.Int("min_listen", &min_listen_bars, "For free: fewest bars of a phrase.").Range(0, 256);
  flags.Int("max_listen", &max_listen_bars, "For free: most bars of a phrase; 0: no limit.")
      .Range(0, 256)
      .Default("0; 4 where --mode is left out for a file");
  flags.Bool("allow_overlap", &allow_overlap, "For free: playing into an answer begins a phrase.");
}

void LiveFlags::DescribeTime(Flags& flags) {
  flags.Group("Time");
  flags.Double("qpm", &qpm, "Tempo in quarter notes a minute.")
      .Range(10, 1000)
      .Default("120; of --backend=file the input's first");
  flags.Text("meter", &meter, "What a bar is.").Value("N/N").Default("4/4; likewise");
  flags
      .Text("clock", &clock,
            "own; follow: MIDI clock, start, stop, continue and song position come from an input; "
            "send: our clock goes to every output.")
      .Choices({"own", "follow", "send"});
  flags
      .Text("metronome", &metronome,
            "When it clicks; auto: while listening for switch, always otherwise, never into "
            "files.")
      .Choices({"auto", "always", "listening", "off"});
  flags.Int("metronome_port", &metronome_port, "Which of the outputs, from 1.").Range(1, 16);
  flags.Int("metronome_channel", &metronome_channel, "Its MIDI channel; 10 is drums.").Range(1, 16);
  flags
      .Text("metronome_program", &metronome_program, "Its instrument; of channel 10, the drum kit.")
      .NotEmpty()
      .Value("NAME")
      .Default("as it is");
}

void LiveFlags::DescribeControls(Flags& flags) {
  flags.Group("Controls: MIDI controller numbers, -1 none; `live --learn` shows them");
  const auto control = [&](const char* name, int* value, const char* help) {
    named_controls.emplace_back(name, value);
    flags.Int(std::string(name) + "_control_number", value, help).Range(-1, 127);
  };
  control("temperature", &controls.temperature, "From 0.1 to 2.");
  control("generator_select", &controls.model, "Which of --bundle_files, by number.");
  control("tempo", &controls.tempo, "60 and the value.");
  control("loop", &controls.loop, "64 and more: the answer is repeated.");
  control("mute", &controls.mute, "64 and more: the machine is silent.");
  control("mutate", &controls.mutate, "A new answer, to the last answer.");
  control("panic", &controls.panic, "Ends every note.");
  control("end_call", &controls.end_call, "Ends the phrase now, in any mode.");
  control("response_ticks", &controls.response_bars, "Bars of an answer; 0: as the phrase.");
  control("min_listen_ticks", &controls.min_listen, "As --min_listen.");
  control("max_listen_ticks", &controls.max_listen, "As --max_listen.");
  control("clock", &controls.clock, "An outside clock that ticks once a bar, 64 and more.");
  control("density", &controls.density,
          "Of models that are told how dense their notes are: from 0.7 to 173 a second, twice as "
          "many each 16.");
  flags
      .Int("pitch_class_control_number", &controls.pitch_classes,
           "Of models that are told which pitch classes sound: how much C does, and by the eleven "
           "numbers after it the others.")
      .Range(-1, 116);
  control("disable_conditioning", &controls.untold,
          "64 and more: models that go without either do.");
  control("state", &controls.state, "Sent: 0 idle, 1 listening, 2 answering.");
  flags.Bool("learn", &learn, "Prints what arrives, plays nothing.");
}

void LiveFlags::DescribeMusic(Flags& flags) {
  flags.Group("The music");
  flags
      .Text("memory", &memory,
            "What an answer goes on from: session, all that was played and answered so far, in its "
            "key; phrase, your last phrase alone.")
      .Choices({"session", "phrase"});
  flags
      .Text("primer_key", &primer_key,
            "The key that all is taken to be in (C, F#, Bb, Am), for models that hear all music in "
            "one key.")
      .NotEmpty()
      .Value("KEY")
      .Default("the one that fits best, held while it does; with --memory=phrase each phrase's");
  DescribeTemperature(flags, temperature);
  flags
      .Text("backing_chords", &backing_chords,
            "Chords that a model of lead sheets plays over, as symbols by blanks (\"C G Am7 F\"). "
            "They go round from the session's first bar on, with --clock=follow from the "
            "sequencer's.")
      .Value("CHORDS");
  flags.Int("steps_per_chord", &steps_per_chord, "Steps (sixteenths) that each of them lasts.")
      .Range(1, 1 << 16)
      .Default("a bar: 16 in 4/4, 12 in 3/4");
  flags
      .Int("chord_channel", &chord_channel,
           "Instead: the chords are those held on this MIDI channel, of any input; 0: none.")
      .Range(0, 16);
  flags
      .Int("split_key", &split_key,
           "Instead: those that you hold below this key (60 is middle C); your phrase lies above.")
      .Range(1, 127)
      .Default("none");
  sampling.Describe(flags);
  pitches.Describe(flags);
  conditions.Describe(flags, /*over_time=*/false);
  flags.Int("velocity", &velocity, "Of answers, 1 to 127; 0: as loud as the phrase.").Range(0, 127);
  flags
      .TextList("bundle_files", &bundle_files,
                "Several bundles, changed between by --generator_select_control_number.")
      .Value("FILE");
  flags
      .Text("record", &record,
            "Keeps the session as a MIDI file, a track for you and one for the machine (of "
            "--accompany one for each part); whole and on the disk after every bar.")
      .Value("FILE");
  flags
      .Text("synth", &synth,
            "audio: sounds through this machine's loudspeakers without other software; a .wav "
            "file: the session goes there when it ends.")
      .Value("FILE");
  flags.Text("soundfont", &soundfont, "For --synth: an .sf2 or .sf3 file.").Value("FILE");
}

std::unique_ptr<Verb> NewLiveVerb() { return std::make_unique<LiveFlags>(); }

}  // namespace magenta::cli
