#pragma once
// Magenta as a library, for C++17 and later: magenta.h with objects, messages and exceptions.
//
//   magenta::Generator generator("lookback_rnn");
//   magenta::GenerateSequenceRequest request;  // an input, and sections to generate
//   magenta::NoteSequence music = generator.Generate(request).generated_sequence();
//
// Everything in this header is inline, over the C functions of libmagenta, so that programs and
// library need not be compiled alike. The messages are the library's own: do not compile their
// .proto files into your program a second time (protobuf ends a process that holds two).
//
// docs/embedding.md has more.

#include <magenta/generator.pb.h>
#include <magenta/magenta.h>
#include <magenta/music.pb.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace magenta {

/// What the library has to say when it can't do what it was asked for.
class Error : public std::runtime_error {
 public:
  /// Takes `error`, which is not null.
  explicit Error(magenta_error* error)
      : std::runtime_error(magenta_error_message(error)),
        code_(magenta_error_code(error)),
        remedy_(magenta_error_remedy(error)),
        file_(magenta_error_file(error)) {
    magenta_error_free(error);
  }
  Error(magenta_code code, const std::string& message) : std::runtime_error(message), code_(code) {}

  magenta_code code() const { return code_; }
  /// What can be done about it, and the file that it is about; "" where there is none.
  const std::string& remedy() const { return remedy_; }
  const std::string& file() const { return file_; }

 private:
  magenta_code code_;
  std::string remedy_;
  std::string file_;
};

/// Throws what a function of magenta.h returned, if it is an error.
inline void ThrowIfError(magenta_error* error) {
  if (error != nullptr) throw Error(error);
}

/// Bytes that a function of magenta.h handed out.
class Bytes {
 public:
  Bytes() = default;
  Bytes(Bytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Bytes& operator=(Bytes&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Bytes() { magenta_bytes_free(&bytes_); }

  /// To be written by a function of magenta.h, once.
  magenta_bytes* out() { return &bytes_; }
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes_.data), bytes_.size};
  }
  /// The message that they are.
  template <class Message>
  Message As() const {
    Message message;
    if (!message.ParseFromArray(bytes_.data, static_cast<int>(bytes_.size))) {
      throw Error(MAGENTA_INTERNAL, "libmagenta handed out what is no such message");
    }
    return message;
  }

 private:
  magenta_bytes bytes_ = {};
};

/// A model that continues and fills NoteSequences. Const, it may be used by many threads at the
/// same time.
class Generator {
 public:
  /// A model by its name ("lookback_rnn": one whose weights come with the library), or of a file: a
  /// bundle (.mag), a checkpoint, a run's folder.
  explicit Generator(const std::string& name) {
    magenta_model* model = nullptr;
    ThrowIfError(magenta_model_open(name.c_str(), &model));
    model_.reset(model);
  }
  /// The model of a bundle that lies in memory.
  static Generator OfBundle(std::string_view bundle) {
    magenta_model* model = nullptr;
    ThrowIfError(magenta_model_open_bundle(bundle.data(), bundle.size(), &model));
    return Generator(model);
  }

  /// What it is and which arguments its requests may have.
  GeneratorDetails Details() const {
    Bytes details;
    ThrowIfError(magenta_model_details(model_.get(), details.out()));
    return details.As<GeneratorDetails>();
  }
  /// The input and what was generated. The same request (with the argument `seed`) gives the same
  /// music everywhere.
  GenerateSequenceResponse Generate(const GenerateSequenceRequest& request) const {
    const std::string asked = request.SerializeAsString();
    Bytes response;
    ThrowIfError(magenta_model_generate(model_.get(), asked.data(), asked.size(), response.out()));
    return response.As<GenerateSequenceResponse>();
  }

  const magenta_model* model() const { return model_.get(); }

 private:
  struct Free {
    void operator()(magenta_model* model) const { magenta_model_free(model); }
  };
  explicit Generator(magenta_model* model) : model_(model) {}

  std::unique_ptr<magenta_model, Free> model_;
};

/// Music as it is made. Used by one thread at a time.
class GeneratorStream {
 public:
  /// Begins what `generator` would Generate; makes no note yet. It may outlive the generator.
  GeneratorStream(const Generator& generator, const GenerateSequenceRequest& request) {
    const std::string asked = request.SerializeAsString();
    magenta_stream* stream = nullptr;
    ThrowIfError(magenta_stream_open(generator.model(), asked.data(), asked.size(), &stream));
    stream_.reset(stream);
  }
  /// The notes that have ended since (and, first, all that is no note); nullopt at the end. All
  /// pieces merged are what Generate gives.
  std::optional<NoteSequence> Next() {
    Bytes piece;
    ThrowIfError(magenta_stream_next(stream_.get(), piece.out()));
    if (piece.view().empty()) return std::nullopt;
    return std::move(*piece.As<GenerateSequenceResponse>().mutable_generated_sequence());
  }

 private:
  struct Free {
    void operator()(magenta_stream* stream) const { magenta_stream_free(stream); }
  };
  std::unique_ptr<magenta_stream, Free> stream_;
};

/// A file of music as its bytes (MIDI, MusicXML, ABC, a drum grid); of a book of tunes the one at
/// `piece`, counted from 0.
inline NoteSequence ReadMusicFile(std::string_view file, std::size_t piece = 0) {
  Bytes sequence;
  ThrowIfError(magenta_read_music(file.data(), file.size(), piece, sequence.out()));
  return sequence.As<NoteSequence>();
}

/// A MIDI file of format 1, as its bytes.
inline std::string WriteMidiFile(const NoteSequence& sequence) {
  const std::string music = sequence.SerializeAsString();
  Bytes midi;
  ThrowIfError(magenta_write_midi(music.data(), music.size(), midi.out()));
  return std::string(midi.view());
}

}  // namespace magenta
