// The functions of include/magenta/magenta.h: bytes in, what the rooms below make of them, bytes
// out. Nothing gets past here but errors as values.

#include <google/protobuf/stubs/logging.h>

#include <cstring>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "include/magenta/magenta.h"
#include "magenta/base/check.h"
#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/generate/generation_task.h"
#include "magenta/generate/generator_details.h"
#include "magenta/generate/model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/generate/weights.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/music/read_music.h"
#include "magenta/io/music/sequence_record.h"
#include "magenta/io/request/request_text.h"
#include "magenta/request/response_pieces.h"

struct magenta_error {
  magenta_code code = MAGENTA_INTERNAL;
  std::string message, remedy, file;
};

struct magenta_model {
  std::shared_ptr<const magenta::Model> model;
};

struct magenta_stream {
  magenta::GenerationTask task;
  magenta::ResponsePieces pieces;
  bool ended = false;
};

namespace magenta {
namespace {

/// What is said where no memory is left to say it with: so short a text needs none.
magenta_error no_memory = {MAGENTA_INTERNAL, "no memory left", "", ""};

magenta_code CodeOf(const absl::Status& status) {
  switch (const int exit = ExitStatus(status)) {
    case MAGENTA_USAGE:
    case MAGENTA_INPUT:
    case MAGENTA_NOTHING:
    case MAGENTA_OUTSIDE: return static_cast<magenta_code>(exit);
    default: return MAGENTA_INTERNAL;
  }
}

void ThrowFailedCheck(const char* message) { throw std::logic_error(message); }

/// The error of what is being thrown.
magenta_error* ThrownError() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return &no_memory;
  } catch (const std::exception& thrown) {
    try {
      return new magenta_error{MAGENTA_INTERNAL, thrown.what(), "", ""};
    } catch (...) {
      return &no_memory;
    }
  }
}

/// Whether `remedy` speaks of flags, other than those of a whole command in backquotes.
bool NamesFlags(const std::string& remedy) {
  bool command = false;
  for (size_t i = 0; i < remedy.size(); ++i) {
    if (remedy[i] == '`') command = !command;
    if (!command && remedy.compare(i, 2, "--") == 0) return true;
  }
  return false;
}

/// Runs `work`, which gives an absl::Status; whatever comes of it becomes an error, or null. The
/// library has no flags: `remedy` takes the place of one that names some.
template <class Work>
magenta_error* Guarded(const Work& work, const char* remedy = "") noexcept {
  try {
    static const bool once = (internal::SetCheckHandler(&ThrowFailedCheck), true);
    static_cast<void>(once);
    const google::protobuf::LogSilencer quiet;  // it prints what it can't parse
    const absl::Status status = work();
    if (status.ok()) return nullptr;
    auto error = std::make_unique<magenta_error>();
    error->code = CodeOf(status);
    error->file = ErrorFile(status);
    error->message = (error->file.empty() ? "" : error->file + ": ") + ErrorMessage(status);
    error->remedy = ErrorRemedy(status);
    if (NamesFlags(error->remedy)) error->remedy = remedy;
    return error.release();
  } catch (...) {
    return ThrownError();
  }
}

std::string_view Text(const void* data, size_t size) {
  return data == nullptr ? std::string_view()
                         : std::string_view(static_cast<const char*>(data), size);
}

/// Hands `bytes` out.
absl::Status Give(std::string_view bytes, magenta_bytes* out) {
  if (out == nullptr) return UsageError("there is no place for the result");
  auto* copy = new uint8_t[bytes.size()];
  std::memcpy(copy, bytes.data(), bytes.size());
  *out = {copy, bytes.size()};
  return absl::OkStatus();
}

absl::Status Give(const google::protobuf::Message& message, magenta_bytes* out) {
  if (message.ByteSizeLong() > std::numeric_limits<int>::max()) {
    return LimitError("the result is larger than a message can be");
  }
  return Give(message.SerializeAsString(), out);
}

absl::Status Open(absl::StatusOr<std::shared_ptr<const Model>> model, magenta_model** out) {
  MAGENTA_RETURN_IF_ERROR(model.status());
  if (out == nullptr) return UsageError("there is no place for the model");
  *out = new magenta_model{*std::move(model)};
  return absl::OkStatus();
}

absl::Status CheckModel(const magenta_model* model) {
  return model == nullptr ? UsageError("there is no model") : absl::OkStatus();
}

}  // namespace
}  // namespace magenta

using namespace magenta;  // NOLINT(google-build-using-namespace): what follows is C's namespace

const char* magenta_version(void) { return MAGENTA_VERSION; }

magenta_code magenta_error_code(const magenta_error* error) {
  return error == nullptr ? MAGENTA_INTERNAL : error->code;
}
const char* magenta_error_message(const magenta_error* error) {
  return error == nullptr ? "" : error->message.c_str();
}
const char* magenta_error_remedy(const magenta_error* error) {
  return error == nullptr ? "" : error->remedy.c_str();
}
const char* magenta_error_file(const magenta_error* error) {
  return error == nullptr ? "" : error->file.c_str();
}
void magenta_error_free(magenta_error* error) {
  if (error != &no_memory) delete error;
}

void magenta_bytes_free(magenta_bytes* bytes) {
  if (bytes == nullptr) return;
  delete[] bytes->data;
  *bytes = {nullptr, 0};
}

magenta_error* magenta_model_open(const char* name, magenta_model** model) {
  return Guarded(
      [&]() -> absl::Status {
        if (name == nullptr || *name == '\0') {
          return UsageError("no model is named", "Name one (lookback_rnn) or a bundle's file");
        }
        MAGENTA_ASSIGN_OR_RETURN(const ModelSource source, SourceOf(name));
        return Open(LoadModel(source), model);
      },
      "Name a bundle, a checkpoint, a run's folder, or a model that comes with Magenta");
}

magenta_error* magenta_model_open_bundle(const void* bundle, size_t size, magenta_model** model) {
  return Guarded(
      [&]() -> absl::Status {
        MAGENTA_ASSIGN_OR_RETURN(
            const LoadedWeights weights,
            WeightsOfBundleBytes(std::string(Text(bundle, size)), "the bundle"));
        return Open(MakeModel(weights, "", ""), model);
      },
      "Give the bytes of a bundle, a .mag file");
}

void magenta_model_free(magenta_model* model) { delete model; }

magenta_error* magenta_model_details(const magenta_model* model, magenta_bytes* details) {
  return Guarded([&]() -> absl::Status {
    MAGENTA_RETURN_IF_ERROR(CheckModel(model));
    return Give(DetailsOf(*model->model), details);
  });
}

magenta_error* magenta_model_generate(const magenta_model* model, const void* request, size_t size,
                                      magenta_bytes* response) {
  return Guarded([&]() -> absl::Status {
    MAGENTA_RETURN_IF_ERROR(CheckModel(model));
    MAGENTA_ASSIGN_OR_RETURN(const GenerateSequenceRequest asked,
                             ParseRequestAs(Text(request, size), MessageForm::kBinary));
    MAGENTA_ASSIGN_OR_RETURN(const GenerateSequenceResponse made,
                             SequenceGenerator(model->model).Generate(asked));
    return Give(made, response);
  });
}

magenta_error* magenta_stream_open(const magenta_model* model, const void* request, size_t size,
                                   magenta_stream** stream) {
  return Guarded([&]() -> absl::Status {
    MAGENTA_RETURN_IF_ERROR(CheckModel(model));
    if (stream == nullptr) return UsageError("there is no place for the stream");
    MAGENTA_ASSIGN_OR_RETURN(const GenerateSequenceRequest asked,
                             ParseRequestAs(Text(request, size), MessageForm::kBinary));
    MAGENTA_ASSIGN_OR_RETURN(GenerationTask task, GenerationTask::Start(model->model, asked, {}));
    *stream = new magenta_stream{std::move(task), {}, false};
    return absl::OkStatus();
  });
}

magenta_error* magenta_stream_next(magenta_stream* stream, magenta_bytes* piece) {
  return Guarded([&]() -> absl::Status {
    if (stream == nullptr) return UsageError("there is no stream");
    if (piece == nullptr) return UsageError("there is no place for the result");
    GenerateSequenceResponse response;
    while (!stream->ended) {
      if (stream->task.session().pending()) stream->task.session().Step();
      if (!stream->task.done()) stream->task.Advance();
      stream->ended = stream->task.done();
      std::optional<NoteSequence> so_far;
      if (stream->ended) {
        so_far = std::move(stream->task.Finish().outputs[0].sequence);
      } else if (stream->pieces.IsTimeToLook(stream->task.steps_done())) {
        so_far = stream->task.SoFar();
      }
      if (!so_far.has_value()) continue;
      auto next = stream->pieces.Next(*so_far, stream->ended);
      if (!next.has_value()) continue;
      *response.mutable_generated_sequence() = *std::move(next);
      return Give(response, piece);
    }
    *piece = {nullptr, 0};
    return absl::OkStatus();
  });
}

void magenta_stream_free(magenta_stream* stream) { delete stream; }

magenta_error* magenta_read_music(const void* file, size_t size, size_t piece,
                                  magenta_bytes* sequence) {
  return Guarded([&]() -> absl::Status {
    MAGENTA_ASSIGN_OR_RETURN(MusicReading reading, ReadMusicBytes(Text(file, size)));
    if (piece >= reading.pieces.size()) {
      return NothingToOutputError("the file has " + std::to_string(reading.pieces.size()) +
                                  " pieces, and none at " + std::to_string(piece));
    }
    MusicPiece& chosen = reading.pieces[piece];
    MAGENTA_RETURN_IF_ERROR(chosen.status);
    return Give(WholePiece(std::move(chosen)), sequence);
  });
}

magenta_error* magenta_write_midi(const void* sequence, size_t size, magenta_bytes* midi) {
  return Guarded([&]() -> absl::Status {
    NoteSequence music;
    MAGENTA_ASSIGN_OR_RETURN(const bool read, ParseSequenceRecord(Text(sequence, size), music));
    if (!read) return InputError("", "the bytes are no NoteSequence");
    MAGENTA_ASSIGN_OR_RETURN(const std::string written, WriteMidi(music));
    return Give(written, midi);
  });
}
