#include "magenta/studio/model_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/generate/random_model.h"
#include "magenta/io/tensor/bundle.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
using testing::RandomModel;

/// The bytes of a bundle of model `id`.
std::string BundleFor(const std::string& id, const std::string& card = "",
                      const std::string& hparams = "") {
  GeneratorBundle bundle;
  bundle.mutable_generator_details()->set_id(id);
  bundle.set_card(card);
  bundle.set_hparams(hparams);
  TemporaryFolder folder;
  const std::string path = *folder.Path() + "/a.mag";
  EXPECT_TRUE(WriteBundle(path, bundle, testing::RandomWeights(id).tensors).ok());
  return *ReadFile(path);
}

class ModelStoreTest : public ::testing::Test {
 protected:
  ModelStoreTest() { options_.studio_dir = *folder_.Path(); }
  /// A server that starts.
  void Start() {
    service_.emplace(std::vector<std::shared_ptr<const Model>>{RandomModel("basic_rnn")},
                     ServeOptions());
    room_.emplace(options_.studio_dir, options_.most_bytes);
    store_.emplace(options_, *service_, *room_);
    failures_ = store_->Load();
  }
  std::string Listed() const {
    std::string list;
    for (const StudioModel& model : store_->List()) {
      list += model.id + "=" + model.name + (model.is_kept ? "* " : " ");
    }
    return list;
  }

  TemporaryFolder folder_;
  StudioOptions options_;
  std::optional<GeneratorService> service_;
  std::optional<DiskRoom> room_;
  std::optional<ModelStore> store_;
  std::vector<absl::Status> failures_;
};

TEST_F(ModelStoreTest, ModelsStayWhenTheServerStartsAgain) {
  Start();
  const std::string bytes = BundleFor("mono_rnn", "# Reels\n");
  const auto added = store_->Add("My Tunes!", bytes);
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(added->id, "my-tunes");
  EXPECT_EQ(added->model->card, "# Reels\n");
  EXPECT_EQ(*ReadFile(added->file), bytes);
  EXPECT_EQ(store_->Add(" My tunes ", bytes)->id, "my-tunes-2");
  EXPECT_EQ(store_->Rename("my-tunes-2", "Zweite Stücke")->name, "Zweite Stücke");
  const auto saved = ModelStore::BundleOf(*store_->Find("my-tunes-2"));
  ASSERT_TRUE(saved.ok()) << saved.status();
  const auto read = ParseBundle(*saved, "saved");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->has_checksum);
  EXPECT_EQ(read->proto.card(), "# Zweite Stücke\n");
  const std::string all = "basic_rnn=basic_rnn my-tunes=My Tunes!* my-tunes-2=Zweite Stücke* ";
  EXPECT_EQ(Listed(), all);
  Start();
  EXPECT_EQ(Listed(), all);
  EXPECT_TRUE(failures_.empty());
  EXPECT_TRUE(service_->FindGenerator("my-tunes-2").ok());
  ASSERT_TRUE(store_->Remove("my-tunes").ok());
  EXPECT_FALSE(service_->FindGenerator("my-tunes").ok());
  Start();
  EXPECT_EQ(Listed(), "basic_rnn=basic_rnn my-tunes-2=Zweite Stücke* ");
}

TEST_F(ModelStoreTest, IdsAreMadeOfNames) {
  Start();
  const std::string bytes = BundleFor("mono_rnn");
  const std::pair<std::string, std::string> rows[] = {
      {"", "mono_rnn"},
      {"default", "model"},
      {"../../etc/passwd", "etc-passwd"},
      {"日本", "model-2"},
      {"Ländler", "landler"},
      {"La\u0308ndler", "landler-2"},
      {"Łódź, Århus & Straße", "lodz-arhus-strasse"},
      {"民謡 1", "1"},
      {"basic_rnn", "basic_rnn-2"},
      {std::string(100, 'x'), std::string(36, 'x')},
      {std::string(35, 'y') + "ßßß", std::string(35, 'y')}};
  for (const auto& [name, id] : rows) {
    const auto added = store_->Add(name, bytes);
    ASSERT_TRUE(added.ok()) << added.status();
    EXPECT_EQ(added->id, id) << name;
    EXPECT_EQ(added->name, name.empty() ? "mono_rnn" : name);
  }
  for (const std::string& name :
       {std::string("   "), std::string("a\nb"), std::string("\xff"), std::string(201, 'x')}) {
    EXPECT_EQ(store_->Add(name.empty() ? " " : name, bytes).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_FALSE(store_->Rename("model", name).ok());
  }
}

TEST_F(ModelStoreTest, WhatIsNoModelOfOursIsToldAndLeavesNothing) {
  Start();
  std::string damaged = BundleFor("mono_rnn");
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  const std::pair<std::string, const char*> rows[] = {
      {"", "is no generator bundle"},
      {"MThd\0\0\0\6", "is no generator bundle"},
      {std::string(1 << 16, 'x'), "is no generator bundle"},
      {damaged, "checksum"},
      {BundleFor("mono_rnn").substr(0, 2000), "is no generator bundle"},
      {BundleFor("attention_rnn", "", "attn_length=65536"), "attn_length is 65536"}};
  for (const auto& [bytes, message] : rows) {
    const auto added = store_->Add("bad", bytes);
    ASSERT_FALSE(added.ok()) << message;
    EXPECT_EQ(added.status().code(), absl::StatusCode::kInvalidArgument) << added.status();
    EXPECT_THAT(ErrorMessage(added.status()), HasSubstr(message));
    EXPECT_THAT(ErrorRemedy(added.status()), ::testing::Not(HasSubstr("--")));
  }
  EXPECT_EQ(Listed(), "basic_rnn=basic_rnn ");
  EXPECT_FALSE(std::filesystem::exists(options_.studio_dir + "/models"));
}

TEST_F(ModelStoreTest, ABrokenFileIsLeftOutAndTheOthersStand) {
  Start();
  ASSERT_TRUE(store_->Add("good", BundleFor("mono_rnn")).ok());
  const std::string models = options_.studio_dir + "/models/";
  ASSERT_TRUE(WriteFile(models + "broken.mag", "no bundle").ok());
  ASSERT_TRUE(WriteFile(models + "Not ours.mag", "no bundle").ok());
  ASSERT_TRUE(WriteFile(models + "good.json", "{\"name\": [1]}").ok());
  Start();
  EXPECT_EQ(Listed(), "basic_rnn=basic_rnn good=good* ");
  ASSERT_EQ(failures_.size(), 2u);
  EXPECT_THAT(ErrorLine(failures_[0]) + ErrorLine(failures_[1]),
              ::testing::AllOf(HasSubstr("broken.mag"), HasSubstr("Not ours.mag")));
  // Nor is it written over.
  EXPECT_EQ(store_->Add("broken", BundleFor("mono_rnn"))->id, "broken-2");
}

TEST_F(ModelStoreTest, WhatCameWithTheServerStays) {
  Start();
  EXPECT_TRUE(absl::IsFailedPrecondition(store_->Remove("basic_rnn")));
  EXPECT_TRUE(absl::IsFailedPrecondition(store_->Rename("basic_rnn", "mine").status()));
  for (const char* id : {"", "nothing", "../models"}) {
    EXPECT_TRUE(absl::IsNotFound(store_->Remove(id))) << id;
    EXPECT_TRUE(absl::IsNotFound(store_->Find(id).status())) << id;
  }
}

TEST_F(ModelStoreTest, OnlySoManyAreKept) {
  Start();
  const std::string bytes = BundleFor("basic_rnn");
  for (size_t i = 0; i < kMostKeptModels; ++i) ASSERT_TRUE(store_->Add("many", bytes).ok());
  const auto more = store_->Add("many", bytes);
  EXPECT_TRUE(absl::IsResourceExhausted(more.status()));
  ASSERT_TRUE(store_->Remove("many-7").ok());
  EXPECT_EQ(store_->Add("many", bytes)->id, "many-7");
}

TEST_F(ModelStoreTest, WithoutAFolderItSaysSo) {
  options_.studio_dir = "";
  Start();
  EXPECT_TRUE(absl::IsUnavailable(store_->Add("a", BundleFor("mono_rnn")).status()));
  options_.studio_dir = "/proc/nowhere";
  Start();
  EXPECT_TRUE(absl::IsUnavailable(store_->Add("a", BundleFor("mono_rnn")).status()));
  EXPECT_EQ(Listed(), "basic_rnn=basic_rnn ");
}

TEST_F(ModelStoreTest, TheFolderAsAWholeHasALimit) {
  const std::string bytes = BundleFor("basic_rnn");
  options_.most_bytes = static_cast<int64_t>(bytes.size() * 3 / 2);
  Start();
  ASSERT_TRUE(store_->Add("one", bytes).ok());
  const absl::Status full = store_->Add("two", bytes).status();
  EXPECT_TRUE(absl::IsUnavailable(full));
  EXPECT_THAT(ErrorRemedy(full), HasSubstr("Delete"));
  ASSERT_TRUE(store_->Remove("one").ok());
  EXPECT_TRUE(store_->Add("two", bytes).ok());
}

}  // namespace
}  // namespace magenta
