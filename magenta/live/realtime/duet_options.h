#pragma once
// What a session of live play knows before it begins.

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace magenta {

/// Who plays when.
enum class TurnMode {
  kSwitch,    // a control, note or pedal begins and ends the phrase
  kBars,      // so many bars for the player, so many for the machine, without end
  kFree,      // the phrase begins with a note and ends with a silence
  kTogether,  // both at once: the machine's part goes on all the time
};

/// Whose clock it is.
enum class SyncMode {
  kOwn,
  kFollow,  // MIDI clock, start, stop, continue, song position from an input
  kMaster,  // our own, and it is sent to every output
};

/// What a model hears when it answers.
enum class MemoryMode {
  kSession,  // the conversation so far, phrases and answers
  kPhrase,   // the last phrase alone
};

enum class MetronomeWhen { kOff, kListening, kAlways };

/// What a control does. Signals (start, stop, toggle, panic, mutate, end of the phrase) fire at a
/// value of 64 or more unless the binding names one.
enum class LiveAction : uint8_t {
  kStartPhrase,
  kStopPhrase,
  kToggle,       // starts and stops by turns
  kPedal,        // starts at 64 and more, stops below
  kEndPhrase,    // whatever the mode, at the next place where an answer may begin
  kPanic,        // ends every note, ours or not
  kMute,         // 64 and more: the machine is silent; below: it is not
  kLoop,         // 64 and more: the answer is repeated until it is switched off
  kMutate,       // a new answer, to the last answer
  kTemperature,  // KnobTemperature(value)
  kDensity,      // of models that are told it: KnobDensity(value)
  kPitchClass,   // likewise, ControlBinding::pitch_class: value of 127 parts
  kUntold,       // 64 and more: models that may be told nothing are; below: they are told
  kTempo,        // 60 + value quarters a minute
  kModel,        // the model of that number, counted round
  kAnswerBars,   // 0: as long as the phrase
  kMinListenBars,
  kMaxListenBars,  // 0: no end
  kClock,          // each one of 64 and more is a bar of an outside clock
};

inline constexpr double KnobTemperature(int value) { return 0.1 + value / 127.0 * 1.9; }
/// Notes a second, twice as many each 16: 0.7 to 173.
inline double KnobDensity(int value) { return std::exp2(value / 16.0 - 0.5); }

/// A message that means something.
struct ControlBinding {
  LiveAction action = LiveAction::kPanic;
  /// A note-on instead of a control change.
  bool note = false;
  /// Controller or pitch, 0..127.
  uint8_t number = 0;
  /// The only value (velocity) that counts; -1: any, as LiveAction says.
  int value = -1;
  /// Of kPitchClass: which, from C.
  uint8_t pitch_class = 0;
};

/// What a control says, as one number: the value of its message and, of kPitchClass, the class.
struct ControlTurn {
  static constexpr int kValues = 128;
  int pitch_class = 0;
  /// 0..127.
  int value = 0;
  constexpr int Packed() const { return kValues * pitch_class + value; }
  static constexpr ControlTurn Of(int packed) { return {packed / kValues, packed % kValues}; }
};

/// One voice of an accompaniment.
struct MachineVoice {
  /// Of its part ("Alto"); voices of one part share a channel.
  std::string part;
  /// 0..15.
  int channel = 0;
  /// Sent to the output at the beginning; -1: none.
  int program = -1;
  bool operator==(const MachineVoice&) const = default;
};

/// One player: what is heard as theirs, and what answers.
struct PlayerOptions {
  /// MidiEvent::port of inputs; -1: all.
  int input_port = -1;
  /// 0..15; -1: all.
  int input_channel = -1;
  int output_port = 0;
  int output_channel = 0;
  /// Sent to the output at the beginning, for the answers; -1: none.
  int program = -1;
  /// For what the player plays through (input_channel; for all, each that nobody else sounds on).
  int thru_program = -1;
  /// kTogether: the machine's, from high to low, in place of output_channel and program.
  std::vector<MachineVoice> voices = {};
  /// Where the machine's voice of that number sounds.
  int ChannelOf(size_t voice) const noexcept {
    return voice < voices.size() ? voices[voice].channel : output_channel;
  }
  bool operator==(const PlayerOptions&) const = default;
};

/// What the machine sounds on one channel: its answers ("machine"), or a part of an accompaniment
/// ("Alto"; "Alto, Tenor" where two share it).
struct MachinePart {
  std::string name;
  int channel = 0;
  int program = -1;
};
/// At least one, each with a channel of its own.
std::vector<MachinePart> MachinePartsOf(const PlayerOptions& player);

struct MetronomeOptions {
  MetronomeWhen when = MetronomeWhen::kAlways;
  int port = 0;
  int channel = 9;
  /// Sent to the output at the beginning; -1: none.
  int program = -1;
  /// MIDI pitches of the first beat of a bar and of the others (General MIDI: wood blocks).
  int accent_pitch = 76;
  int pitch = 77;
  int velocity = 90;
};

/// Musical time is counted in steps (sixteenths), from bar lines: those of the models' grid, unless
/// that is one of seconds. Turns begin and end on them. Settled before the session begins: all
/// threads read it, none writes.
struct DuetOptions {
  TurnMode mode = TurnMode::kSwitch;
  SyncMode sync = SyncMode::kOwn;
  /// Quarter notes a minute, 10 to 1000.
  double qpm = 120;
  /// Steps; beats are what the metronome clicks.
  int steps_per_quarter = 4;
  int steps_per_beat = 4;
  int steps_per_bar = 16;
  /// Of models that hear music as it was played, and answer so: their steps a second; 0: they hear
  /// the steps above, and each note stands on the nearest.
  int model_steps_per_second = 0;
  bool HearsSeconds() const { return model_steps_per_second > 0; }
  /// The meter's two numbers, for primers and recordings.
  int meter_numerator = 4;
  int meter_denominator = 4;

  /// All play drums, on whatever channel: so they are heard and recorded.
  bool drums = false;

  int listen_bars = 2;
  /// 0: as long as the phrase.
  int answer_bars = 2;
  /// kFree: the silence that ends a phrase, in steps.
  int silence_steps = 8;
  /// kFree: a phrase doesn't end before so many bars, and ends after so many (0: never).
  int min_listen_bars = 0;
  int max_listen_bars = 0;
  /// A phrase ends on a multiple of so many steps: 1 the very next one, or a beat, or a bar.
  int answer_grid_steps = 1;
  /// kFree: notes played into an answer begin a new phrase.
  bool allow_overlap = false;
  /// The performer is a file that waits while the machine answers (DuetEngine::WaitBefore). So
  /// kBars has no answer's rest after bars in which nothing was played, and kFree answers of whole
  /// bars where phrases end on bars.
  bool performer_waits = false;
  MemoryMode memory = MemoryMode::kSession;
  /// The major key (0..11) that all is taken to be in, for models that move primers to a key of
  /// theirs; nothing: the session's own (Conversation::key), or with kPhrase that of each phrase.
  std::optional<int> primer_key;

  /// What players send goes to the outputs of their answers.
  bool thru = true;
  /// So does, with the first player's, what is no player's: other channels of a file.
  bool thru_others = false;
  /// A controller that tells outputs 0 idle, 1 listening, 2 answering; -1: none.
  int state_control = -1;
  MetronomeOptions metronome;
  std::vector<PlayerOptions> players = {PlayerOptions()};
  std::vector<ControlBinding> controls;
  /// Messages are reported and nothing is played.
  bool learn = false;

  int num_inputs = 1;
  int num_outputs = 1;
  /// 0 and above; 0 takes the most probable event always. Nothing: each model's own.
  std::optional<double> temperature;
  /// Answer i of player p draws from seed + i + 65536 * p.
  uint32_t seed = 0;
  /// Of answers, 1..127; 0: as loud as the phrase.
  int velocity = 0;
  /// Chord symbols that models which read them play over: each lasts so many steps, and they go
  /// round from step 0 on; where a sequencer is followed (kFollow), from its bar 1.
  std::vector<std::string> backing_chords;
  int steps_per_chord = 16;
  /// Instead: chords are the keys held on this channel (0..15) of any input, or, of what players
  /// play, those below this pitch; -1: none. They belong to no phrase.
  int chord_channel = -1;
  int split_key = -1;
  bool TakesHeldChords() const { return chord_channel >= 0 || split_key >= 0; }

  /// How far ahead of the play head an answer is made, in steps.
  int lead_steps = 4;
};

/// Most players, inputs and outputs of a session.
inline constexpr int kMaxLivePorts = 16;
inline constexpr int kMaxPlayers = 16;

}  // namespace magenta
