// play_on [MODEL]: continues a C major arpeggio for four bars, and says each note when it sounds.
#include <chrono>
#include <cstdio>
#include <magenta/magenta.hpp>
#include <thread>

int main(int argc, char** argv) try {
  const magenta::Generator generator(argc > 1 ? argv[1] : "lookback_rnn");
  magenta::GenerateSequenceRequest request;
  auto* primer = request.mutable_input_sequence();
  for (const int pitch : {60, 64, 67, 72}) {
    auto* note = primer->add_notes();
    note->set_pitch(pitch);
    note->set_velocity(90);
    note->set_start_time(primer->total_time());
    note->set_end_time(primer->total_time() + 0.25);
    primer->set_total_time(note->end_time());
  }
  auto* section = request.mutable_generator_options()->add_generate_sections();
  section->set_start_time(1);  // seconds; at 120 quarters a minute a bar lasts two
  section->set_end_time(9);

  const auto start = std::chrono::steady_clock::now();
  for (magenta::GeneratorStream stream(generator, request); const auto piece = stream.Next();) {
    for (const auto& note : piece->notes()) {
      std::this_thread::sleep_until(start + std::chrono::duration<double>(note.start_time()));
      std::printf("%6.3f s  pitch %d\n", note.start_time(), note.pitch());
      std::fflush(stdout);
    }
  }
} catch (const magenta::Error& error) {
  std::fprintf(stderr, "%s\n%s\n", error.what(), error.remedy().c_str());
  return error.code();
}
