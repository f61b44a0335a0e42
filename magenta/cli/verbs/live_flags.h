#pragma once
// What `live` may be told. magenta-live derives from it and plays.

#include <optional>
#include <string>
#include <vector>

#include "magenta/cli/input/model_flags.h"
#include "magenta/cli/input/remote.h"
#include "magenta/cli/input/sampling_flags.h"
#include "magenta/cli/verbs/heavy_verbs.h"

namespace magenta::cli {

struct LiveFlags : HandedOverVerb {
  void Describe(Flags& flags) override;

  // Ports.
  bool list = false;
  std::string backend = "auto";
  std::vector<std::string> input_ports;
  std::vector<std::string> output_ports;
  int input_channel = -1;   // -1: 0, or a file's tune
  int output_channel = -1;  // -1: 1, or one that a file leaves free
  std::string program;
  std::string input_program;
  std::vector<std::string> players;
  bool thru = true;
  bool wait = true;

  // Turns, or none.
  std::string accompany;
  std::string mode;  // "": switch, or a file's
  std::string switch_control;
  int start_control = -1;  // -1, and values -2: the wheel
  int start_value = -2;
  int stop_control = -1;
  int stop_value = -2;
  int answer_bars = -1;
  double silence = 2;
  std::string answer_on;  // "": step, or a file's
  int min_listen_bars = 0;
  int max_listen_bars = -1;
  bool allow_overlap = false;

  // Time.
  double qpm = 0;     // 0: 120, or the input file's
  std::string meter;  // "": 4/4, or the input file's
  std::string clock = "own";
  std::string metronome = "auto";
  int metronome_port = 1;
  int metronome_channel = 10;
  std::string metronome_program;

  // Controls, by number; -1: none. In the order of kLiveControls.
  struct Controls {
    int temperature = -1;
    int model = -1;
    int tempo = -1;
    int loop = -1;
    int mute = -1;
    int mutate = -1;
    int panic = -1;
    int end_call = -1;
    int response_bars = -1;
    int min_listen = -1;
    int max_listen = -1;
    int clock = -1;
    int density = -1;
    int pitch_classes = -1;  // of C; the others follow
    int untold = -1;
    int state = -1;
  } controls;
  /// Each by its name, as "density", its number in `controls`.
  std::vector<std::pair<std::string, const int*>> named_controls;
  bool learn = false;

  // The music.
  ModelFlags model;
  std::vector<std::string> bundle_files;
  RemoteFlags remote;
  std::string backing_chords;
  int steps_per_chord = 0;  // 0: a bar
  int chord_channel = 0;    // 0: none
  int split_key = -1;
  std::string memory = "session";
  std::string primer_key;
  std::optional<double> temperature;  // nothing: each model's own
  SamplingFlags sampling;
  PitchFlags pitches;
  ConditionFlags conditions;
  int velocity = 0;

  // What stays.
  std::string record;
  std::string synth;
  std::string soundfont;

  /// What files that play say (magenta-live fills it in).
  struct Files {
    /// They wait for the machine, and are played beat for beat at --qpm.
    bool waits = false;
    bool by_beats = false;
    /// One player is all of one file: one part, or all, is heard; all sound.
    bool one_player = false;
    /// Quarter notes before they begin, so that a pickup ends on a bar line.
    double pickup = 0;
    /// MIDI channels, from 1, that the machine may have.
    std::vector<int> free_channels;
    /// The models play drums.
    bool drums = false;
  } files;

 private:
  void DescribePorts(Flags& flags);
  void DescribeTurns(Flags& flags);
  void DescribeTime(Flags& flags);
  void DescribeControls(Flags& flags);
  void DescribeMusic(Flags& flags);
};

}  // namespace magenta::cli
