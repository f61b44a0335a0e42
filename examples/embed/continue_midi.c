/* continue_midi MODEL REQUEST OUT.mid: answers a GenerateSequenceRequest (a protocol buffer, as
 * bytes) with a MIDI file. `magenta request --format=binary` makes requests. */
#include <magenta/magenta.h>
#include <stdio.h>
#include <stdlib.h>

static void stop_at(magenta_error* error) {
  if (error == NULL) return;
  fprintf(stderr, "%s. %s\n", magenta_error_message(error), magenta_error_remedy(error));
  exit(magenta_error_code(error));
}

/* The response is a message whose field 1 is the sequence: a tag (one byte), its size (a varint),
 * its bytes. */
static magenta_bytes sequence_of(magenta_bytes response) {
  size_t at = 1, size = 0;
  for (int shift = 0; at < response.size; shift += 7) {
    size |= (size_t)(response.data[at] & 0x7f) << shift;
    if ((response.data[at++] & 0x80) == 0) break;
  }
  magenta_bytes sequence = {response.data + at, size};
  return sequence;
}

int main(int argc, char** argv) {
  static unsigned char request[1 << 20];
  if (argc != 4) return MAGENTA_USAGE;
  FILE* in = fopen(argv[2], "rb");
  if (in == NULL) return MAGENTA_INPUT;
  const size_t size = fread(request, 1, sizeof(request), in);
  fclose(in);

  magenta_model* model = NULL;
  magenta_bytes response = {NULL, 0}, midi = {NULL, 0};
  stop_at(magenta_model_open(argv[1], &model));
  stop_at(magenta_model_generate(model, request, size, &response));
  const magenta_bytes sequence = sequence_of(response);
  stop_at(magenta_write_midi(sequence.data, sequence.size, &midi));

  FILE* out = fopen(argv[3], "wb");
  if (out == NULL || fwrite(midi.data, 1, midi.size, out) != midi.size || fclose(out) != 0)
    return MAGENTA_OUTSIDE;
  printf("%s: %zu bytes by libmagenta %s\n", argv[3], midi.size, magenta_version());
  magenta_bytes_free(&midi);
  magenta_bytes_free(&response);
  magenta_model_free(model);
  return 0;
}
