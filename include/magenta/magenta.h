/* Magenta as a library, for C and for all languages that can call C.
 *
 *   magenta_model* model = NULL;
 *   magenta_error* error = magenta_model_open("lookback_rnn", &model);
 *   if (error != NULL) { fputs(magenta_error_message(error), stderr); ... }
 *
 * Music and requests are protocol buffers as bytes: NoteSequence (magenta/music.proto),
 * GenerateSequenceRequest and GenerateSequenceResponse (magenta/generator.proto), whose fields and
 * numbers are those of Magenta's note_seq. docs/embedding.md walks through it; magenta.hpp is the
 * same for C++.
 *
 * Nothing here ends the process, prints, or throws. Any bytes may be given: what can't be read is
 * an error. A pointer to bytes may be null where their size is 0. A function that returns an error
 * (not null; the caller's, to be freed) has written nothing to its outputs.
 *
 * Threads: a model may be used by many at the same time, a stream by one at a time. Whatever is
 * handed out lives until it is freed; a stream may outlive the model that it came from.
 */
#ifndef MAGENTA_MAGENTA_H_
#define MAGENTA_MAGENTA_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MAGENTA_API __attribute__((visibility("default")))

/* "1.0.0": the version of the library that runs. A library of the same soname (libmagenta.so.1) has
 * at least the functions that this header shows. */
MAGENTA_API const char* magenta_version(void);

/* ---- Errors ---- */

typedef struct magenta_error magenta_error;

/* What kind of error it is: the exit status that the program `magenta` has for it. */
typedef enum magenta_code {
  MAGENTA_INTERNAL = 1, /* a fault of ours, or no memory */
  MAGENTA_USAGE = 2,    /* what was asked for makes no sense: an argument, a section */
  MAGENTA_INPUT = 3,    /* bytes or a file that can't be read, or not as what was asked for */
  MAGENTA_NOTHING = 4,  /* all was well, and nothing is left to give */
  MAGENTA_OUTSIDE = 5   /* a limit, or something outside: a folder that can't be read */
} magenta_code;

MAGENTA_API magenta_code magenta_error_code(const magenta_error* error);
/* One line, UTF-8: what is wrong, and where, from the file on if it is about one. */
MAGENTA_API const char* magenta_error_message(const magenta_error* error);
/* What can be done about it; "" where nothing better than the message is known. */
MAGENTA_API const char* magenta_error_remedy(const magenta_error* error);
/* The file that it is about; "" where it is about none. */
MAGENTA_API const char* magenta_error_file(const magenta_error* error);
/* Null is fine. */
MAGENTA_API void magenta_error_free(magenta_error* error);

/* ---- Bytes that are handed out ---- */

typedef struct magenta_bytes {
  const uint8_t* data;
  size_t size;
} magenta_bytes;

/* Frees what a function of this header wrote to `bytes`, and makes it empty; {NULL, 0} is fine. */
MAGENTA_API void magenta_bytes_free(magenta_bytes* bytes);

/* ---- Models ---- */

typedef struct magenta_model magenta_model;

/* A model by its name ("lookback_rnn": one whose weights come with the library), or of a file: a
 * bundle (.mag), a checkpoint, a run's folder. */
MAGENTA_API magenta_error* magenta_model_open(const char* name, magenta_model** model);
/* The model of a bundle that lies in memory. */
MAGENTA_API magenta_error* magenta_model_open_bundle(const void* bundle, size_t size,
                                                     magenta_model** model);
/* Null is fine. */
MAGENTA_API void magenta_model_free(magenta_model* model);

/* What it is and which arguments its requests may have: GeneratorDetails. */
MAGENTA_API magenta_error* magenta_model_details(const magenta_model* model,
                                                 magenta_bytes* details);

/* Continues or fills: GenerateSequenceRequest -> GenerateSequenceResponse. The same request (with
 * the argument `seed`) gives the same music everywhere. */
MAGENTA_API magenta_error* magenta_model_generate(const magenta_model* model, const void* request,
                                                  size_t size, magenta_bytes* response);

/* ---- Music as it is made ---- */

typedef struct magenta_stream magenta_stream;

/* Begins what magenta_model_generate would give, and makes no note yet. */
MAGENTA_API magenta_error* magenta_stream_open(const magenta_model* model, const void* request,
                                               size_t size, magenta_stream** stream);
/* Goes on until there is something new, which takes some 50 microseconds a step of the model: a
 * GenerateSequenceResponse with the notes that have ended since. All of them merged are the
 * response. At the end, and ever after: {NULL, 0}. */
MAGENTA_API magenta_error* magenta_stream_next(magenta_stream* stream, magenta_bytes* piece);
/* Gives up what is not made yet. Null is fine. */
MAGENTA_API void magenta_stream_free(magenta_stream* stream);

/* ---- Files ---- */

/* A file of music (MIDI, MusicXML, ABC, a drum grid; packed by gzip or not), as its bytes, ->
 * NoteSequence: of a book of tunes the one at `piece`, counted from 0. MAGENTA_NOTHING: there are
 * not so many. */
MAGENTA_API magenta_error* magenta_read_music(const void* file, size_t size, size_t piece,
                                              magenta_bytes* sequence);
/* NoteSequence -> a MIDI file of format 1. */
MAGENTA_API magenta_error* magenta_write_midi(const void* sequence, size_t size,
                                              magenta_bytes* midi);

#ifdef __cplusplus
}
#endif

#endif /* MAGENTA_MAGENTA_H_ */
