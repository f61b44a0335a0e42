// An interface of one's own: a table of weather (date,temperature_c,rain_mm) becomes a primer -
// warm days are high notes, rain lengthens them - and a server goes on from it. Prints a MIDI file.
//
//   weather_primer localhost:50051 < fortnight.csv > weather.mid

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "magenta/base/status.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/serve/grpc_client.h"

namespace {

constexpr int kScale[] = {60, 62, 64, 67, 69, 72, 74, 76};  // pentatonic, from middle C
constexpr double kEighth = 0.25;                            // seconds, at 120 quarters a minute

/// A note a day. Error (exit 3): no day, or a line that is none.
absl::StatusOr<magenta::NoteSequence> PrimerOf(std::istream& table) {
  magenta::NoteSequence primer;
  primer.add_tempos()->set_qpm(120);
  double time = 0, celsius = 0, rain = 0;
  int line_number = 0;
  for (std::string line; std::getline(table, line);) {
    if (++line_number == 1 && line.starts_with("date")) continue;  // the head
    if (std::sscanf(line.c_str(), "%*[^,],%lf,%lf", &celsius, &rain) != 2 ||
        !std::isfinite(celsius) || !std::isfinite(rain)) {
      return magenta::InputError("", "line " + std::to_string(line_number) +
                                         " of the table is no date,temperature_c,rain_mm");
    }
    celsius = std::clamp(celsius, 0.0, 14.0);
    auto* note = primer.add_notes();
    note->set_pitch(kScale[std::lround(celsius / 2)]);
    note->set_velocity(90);
    note->set_start_time(time);
    time += rain > 1 ? 2 * kEighth : kEighth;
    note->set_end_time(time);
  }
  if (primer.notes().empty()) {
    return magenta::InputError("", "the table has no day",
                               "Give lines of date,temperature_c,rain_mm on stdin");
  }
  primer.set_total_time(time);
  return primer;
}

int Fail(const absl::Status& status) {
  std::cerr << "weather_primer: " << magenta::ErrorLine(status) << "\n";
  return magenta::ExitStatus(status);
}

}  // namespace

int main(int argc, char** argv) {
  magenta::ClientOptions where;
  where.server = argc > 1 ? argv[1] : "localhost:50051";
  auto primer = PrimerOf(std::cin);
  if (!primer.ok()) return Fail(primer.status());
  magenta::GenerateSequenceRequest request;
  *request.mutable_input_sequence() = *std::move(primer);
  // Eight bars more.
  const double end = request.input_sequence().total_time();
  auto& options = *request.mutable_generator_options();
  auto* section = options.add_generate_sections();
  section->set_start_time(end);
  section->set_end_time(end + 16);
  (*options.mutable_args())["temperature"].set_float_value(0.9);
  if (argc > 2) (*options.mutable_args())["seed"].set_int_value(std::atoi(argv[2]));
  const auto answer = magenta::MakeGeneratorClient(where)->Generate(request);
  if (!answer.ok()) return Fail(answer.status());
  const auto midi = magenta::WriteMidi(answer->response.generated_sequence());
  if (!midi.ok()) return Fail(midi.status());
  std::cout << *midi << std::flush;
  std::cerr << request.input_sequence().notes_size() << " days became "
            << answer->response.generated_sequence().notes_size() << " notes (seed " << answer->seed
            << ")\n";
  return 0;
}
