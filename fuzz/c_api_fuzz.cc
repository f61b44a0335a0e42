// What libmagenta answers to any bytes: an error, or what can be freed.

#include <cstddef>
#include <cstdint>

#include "include/magenta/magenta.h"

namespace {

magenta_model* Model() {
  static magenta_model* model = [] {
    magenta_model* opened = nullptr;
    if (magenta_model_open("basic_rnn", &opened) != nullptr) __builtin_trap();
    return opened;
  }();
  return model;
}

/// Every way gives an error, which says something, or what was asked for, never both.
void Forget(magenta_error* error, bool is_given) {
  const bool says_something = magenta_error_message(error)[0] != '\0';
  if (error != nullptr && (is_given || !says_something)) __builtin_trap();
  magenta_error_free(error);
}

void Forget(magenta_error* error, magenta_bytes& bytes) {
  Forget(error, bytes.data != nullptr);
  magenta_bytes_free(&bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint8_t way = *data++;
  --size;
  magenta_bytes bytes = {nullptr, 0};
  magenta_stream* stream = nullptr;
  magenta_model* model = nullptr;
  magenta_error* error = nullptr;
  switch (way % 5) {
    case 0: Forget(magenta_write_midi(data, size, &bytes), bytes); break;
    case 1: Forget(magenta_read_music(data, size, 0, &bytes), bytes); break;
    case 2:
      error = magenta_model_open_bundle(data, size, &model);
      Forget(error, model != nullptr);
      magenta_model_free(model);
      break;
    default:
      error = magenta_stream_open(Model(), data, size, &stream);
      Forget(error, stream != nullptr);
      magenta_stream_free(stream);  // to make the music takes as long as is asked for
  }
  return 0;
}
