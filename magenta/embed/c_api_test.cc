#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "google/protobuf/util/message_differencer.h"
#include "include/magenta/magenta.hpp"
#include "magenta/base/check.h"

namespace magenta {
namespace {

using google::protobuf::util::MessageDifferencer;

const std::string& BundleBytes() {
  static const std::string bytes = [] {
    std::ifstream file("data/bundles/basic_rnn.mag", std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  return bytes;
}

/// "Continue two notes for four bars."
GenerateSequenceRequest TwoNotes() {
  GenerateSequenceRequest request;
  for (int i = 0; i < 2; ++i) {
    auto* note = request.mutable_input_sequence()->add_notes();
    note->set_pitch(60 + 4 * i);
    note->set_velocity(90);
    note->set_start_time(0.5 * i);
    note->set_end_time(0.5 * i + 0.5);
  }
  request.mutable_input_sequence()->set_total_time(1);
  auto* section = request.mutable_generator_options()->add_generate_sections();
  section->set_start_time(1);
  section->set_end_time(9);
  (*request.mutable_generator_options()->mutable_args())["seed"].set_int_value(7);
  return request;
}

/// The error of `call`, which must have one.
Error ErrorOf(magenta_error* error) {
  EXPECT_NE(error, nullptr);
  if (error == nullptr) return {MAGENTA_INTERNAL, "none"};
  Error taken(error);
  EXPECT_STRNE(taken.what(), "");
  return taken;
}

TEST(CApi, TheVersionIsThatOfTheProject) { EXPECT_STREQ(magenta_version(), MAGENTA_VERSION); }

TEST(CApi, AModelContinues) {
  const Generator generator("basic_rnn");
  EXPECT_EQ(generator.Details().id(), "basic_rnn");
  EXPECT_EQ(generator.Details().steps_per_quarter(), 4);
  const auto response = generator.Generate(TwoNotes());
  const NoteSequence& music = response.generated_sequence();
  ASSERT_GT(music.notes_size(), 2);
  EXPECT_EQ(music.notes(0).pitch(), 60);
  EXPECT_LE(music.total_time(), 9);
  EXPECT_TRUE(MessageDifferencer::Equals(response, generator.Generate(TwoNotes())));

  const Generator same = Generator::OfBundle(BundleBytes());
  EXPECT_TRUE(MessageDifferencer::Equals(response, same.Generate(TwoNotes())));
}

TEST(CApi, AStreamGivesTheSameInPieces) {
  auto generator = std::make_unique<Generator>("basic_rnn");
  const NoteSequence whole = generator->Generate(TwoNotes()).generated_sequence();
  GeneratorStream stream(*generator, TwoNotes());
  generator.reset();  // a stream outlives it
  NoteSequence merged;
  int pieces = 0;
  double heard = 0;
  while (const auto piece = stream.Next()) {
    for (const auto& note : piece->notes()) EXPECT_GE(note.start_time(), heard);
    if (piece->notes_size() > 0) heard = piece->notes().rbegin()->start_time();
    merged.MergeFrom(*piece);
    ++pieces;
  }
  EXPECT_GT(pieces, 3);
  EXPECT_TRUE(MessageDifferencer::Equals(merged, whole)) << merged.ShortDebugString();
  EXPECT_FALSE(stream.Next().has_value()) << "it has ended";
}

TEST(CApi, ManyThreadsShareAModel) {
  const Generator generator("basic_rnn");
  const std::string wanted = generator.Generate(TwoNotes()).SerializeAsString();
  std::vector<std::string> made(4);
  std::vector<std::thread> threads;
  for (std::string& mine : made) {
    threads.emplace_back([&] { mine = generator.Generate(TwoNotes()).SerializeAsString(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(made.begin(), made.end(), wanted), 4);
}

TEST(CApi, FilesComeInAndGoOut) {
  const NoteSequence tune = ReadMusicFile("X:1\nT:One\nK:G\nGABc|\n\nX:2\nT:Two\nK:D\nd4|\n", 1);
  ASSERT_EQ(tune.notes_size(), 1);
  EXPECT_EQ(tune.notes(0).pitch(), 74);
  const std::string midi = WriteMidiFile(tune);
  EXPECT_EQ(midi.substr(0, 4), "MThd");
  EXPECT_EQ(ReadMusicFile(midi).notes(0).pitch(), 74);

  magenta_bytes none = {};
  const std::string book = "X:1\nK:G\nGABc|\n";
  EXPECT_EQ(ErrorOf(magenta_read_music(book.data(), book.size(), 1, &none)).code(),
            MAGENTA_NOTHING);
}

TEST(CApi, WithoutBundlesAnErrorSaysWhatBringsThem) {
  const std::string folder = ::testing::TempDir() + "no_bundles";
  std::filesystem::create_directories(folder);
  magenta_model* model = nullptr;
  for (const std::string& bundles : {folder, folder + "/none"}) {
    setenv("MAGENTA_BUNDLES", bundles.c_str(), 1);
    for (const char* name : {"lookback_rnn", "no_such_rnn"}) {
      EXPECT_EQ(ErrorOf(magenta_model_open(name, &model)).remedy(),
                "Install the package magenta, or set MAGENTA_BUNDLES to the folder of bundles");
    }
    unsetenv("MAGENTA_BUNDLES");
  }
}

TEST(CApi, NoRemedyNamesFlags) {
  const std::string folder = ::testing::TempDir() + "no_flags/";
  std::filesystem::create_directories(folder + "run/train");
  const auto write = [&](const std::string& name, const std::string& bytes) {
    std::ofstream(folder + name, std::ios::binary) << bytes;
    return folder + name;
  };
  write("run/train/checkpoint", "model_checkpoint_path: \"model.ckpt-7\"\n");
  const std::vector<std::string> names = {folder + "run", folder + "run/train",
                                          folder + "run/train/checkpoint", write("a.mag", "a"),
                                          write("a.ckpt", "a")};
  magenta_model* model = nullptr;
  for (const std::string& name : names) {
    const Error error = ErrorOf(magenta_model_open(name.c_str(), &model));
    EXPECT_EQ(error.code(), MAGENTA_INPUT);
    EXPECT_EQ(error.remedy().find(" --"), std::string::npos) << name << ": " << error.remedy();
  }
}

TEST(CApi, ErrorsSayWhatAndWhere) {
  magenta_model* model = nullptr;
  const Error unknown = ErrorOf(magenta_model_open("no_such_rnn", &model));
  EXPECT_EQ(unknown.code(), MAGENTA_INPUT);
  EXPECT_NE(std::string(unknown.what()).find("no_such_rnn: "), std::string::npos);
  EXPECT_EQ(unknown.file(), "no_such_rnn");
  EXPECT_NE(unknown.remedy(), "");
  EXPECT_EQ(std::string(unknown.what()).find(unknown.remedy()), std::string::npos);
  EXPECT_EQ(ErrorOf(magenta_model_open("", &model)).code(), MAGENTA_USAGE);
  EXPECT_EQ(ErrorOf(magenta_model_open(nullptr, &model)).code(), MAGENTA_USAGE);
  EXPECT_EQ(model, nullptr);

  const Generator generator("basic_rnn");
  GenerateSequenceRequest request = TwoNotes();
  (*request.mutable_generator_options()->mutable_args())["temprature"].set_float_value(1);
  EXPECT_THROW(
      {
        try {
          generator.Generate(request);
        } catch (const Error& error) {
          EXPECT_EQ(error.code(), MAGENTA_USAGE);
          EXPECT_NE(std::string(error.what()).find("temprature"), std::string::npos);
          throw;
        }
      },
      Error);
}

TEST(CApi, BytesThatAreNoRequestAreTold) {
  magenta_model* model = nullptr;
  ThrowIfError(magenta_model_open("basic_rnn", &model));
  magenta_bytes out = {};
  magenta_stream* stream = nullptr;
  for (magenta_error* raw : {magenta_model_generate(model, "\xff", 1, &out),
                             magenta_stream_open(model, "\xff", 1, &stream)}) {
    const Error error = ErrorOf(raw);
    EXPECT_EQ(error.code(), MAGENTA_INPUT);
    EXPECT_STREQ(error.what(), "the bytes are no GenerateSequenceRequest");
    EXPECT_EQ(error.remedy(), "Give those of a serialized GenerateSequenceRequest");
  }
  magenta_model_free(model);
}

/// What each function says of `bytes`; frees what it gives.
void GiveToAll(const magenta_model* model, std::string_view bytes) {
  const auto forget = [](magenta_error* error, magenta_bytes& out) {
    EXPECT_TRUE(error == nullptr || out.data == nullptr);
    magenta_error_free(error);
    magenta_bytes_free(&out);
    EXPECT_EQ(out.size, 0u);
  };
  magenta_bytes out = {};
  forget(magenta_model_generate(model, bytes.data(), bytes.size(), &out), out);
  forget(magenta_read_music(bytes.data(), bytes.size(), 0, &out), out);
  forget(magenta_write_midi(bytes.data(), bytes.size(), &out), out);
  magenta_stream* stream = nullptr;
  if (magenta_error* error = magenta_stream_open(model, bytes.data(), bytes.size(), &stream)) {
    magenta_error_free(error);
  } else {
    forget(magenta_stream_next(stream, &out), out);
    magenta_stream_free(stream);
  }
  magenta_model* other = nullptr;
  magenta_error_free(magenta_model_open_bundle(bytes.data(), bytes.size(), &other));
  magenta_model_free(other);
}

TEST(CApi, AnyBytesAreAnswered) {
  magenta_model* model = nullptr;
  ThrowIfError(magenta_model_open("basic_rnn", &model));
  const std::string request = TwoNotes().SerializeAsString();
  testing::internal::CaptureStderr();
  GiveToAll(model, {});
  for (size_t size = 0; size <= request.size(); ++size) {
    GiveToAll(model, std::string_view(request).substr(0, size));
  }
  for (size_t at = 0; at < request.size(); ++at) {
    std::string broken = request;
    broken[at] = static_cast<char>(broken[at] ^ 0xff);
    GiveToAll(model, broken);
  }
  GiveToAll(model, std::string_view(BundleBytes()).substr(0, 5000));
  GiveToAll(model, "MThd");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "nothing is printed";
  magenta_model_free(model);
}

TEST(CApi, AFailedCheckIsThrown) {
  magenta_bytes out = {};
  magenta_error_free(magenta_read_music("", 0, 0, &out));  // from now on
  const bool is_wrong = true;
  EXPECT_THROW(MAGENTA_CHECK(!is_wrong), std::logic_error);
}

TEST(CApi, NullIsAnswered) {
  magenta_bytes out = {};
  magenta_model* model = nullptr;
  magenta_stream* stream = nullptr;
  EXPECT_EQ(ErrorOf(magenta_model_details(nullptr, &out)).code(), MAGENTA_USAGE);
  EXPECT_EQ(ErrorOf(magenta_model_generate(nullptr, nullptr, 0, &out)).code(), MAGENTA_USAGE);
  EXPECT_EQ(ErrorOf(magenta_stream_open(nullptr, nullptr, 0, &stream)).code(), MAGENTA_USAGE);
  EXPECT_EQ(ErrorOf(magenta_stream_next(nullptr, &out)).code(), MAGENTA_USAGE);
  EXPECT_EQ(ErrorOf(magenta_model_open("basic_rnn", nullptr)).code(), MAGENTA_USAGE);
  EXPECT_EQ(ErrorOf(magenta_model_open_bundle(nullptr, 0, &model)).code(), MAGENTA_INPUT);
  EXPECT_EQ(ErrorOf(magenta_read_music(nullptr, 0, 0, &out)).code(), MAGENTA_INPUT);
  magenta_error_free(nullptr);
  magenta_bytes_free(nullptr);
  magenta_model_free(nullptr);
  magenta_stream_free(nullptr);
}

}  // namespace
}  // namespace magenta
