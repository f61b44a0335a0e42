#include "magenta/io/tensor/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <limits>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/record/crc32c.h"
#include "magenta/io/tensor/table_reader.h"
#include "magenta/io/tensor/table_writer.h"
#include "tensorflow/saved_tensor_slice.pb.h"
#include "tensorflow/tensor_bundle.pb.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

Tensor Numbers(DType dtype, std::vector<int64_t> shape, std::string bytes) {
  return Tensor{dtype, std::move(shape), std::move(bytes)};
}

// One tensor of each kind that we hold, small enough to flip every bit.
TensorMap SmallTensors() {
  const float weights[] = {0.5f, -1.25f, 3.0f, 1e-30f, -0.0f, 7.0f};
  return {
      {"fully_connected/weights", Tensor::Floats({2, 3}, weights)},
      {"fully_connected/weights/Adam", Tensor::Floats({2, 3}, weights)},
      {"global_step", Tensor::Int64(561)},
      {"beta1_power", Tensor::Float(0.9f)},
      {"empty", Numbers(DType::kFloat32, {0, 4}, "")},
      {"int32", Numbers(DType::kInt32, {2}, std::string("\1\0\0\0\xff\xff\xff\xff", 8))},
      {"double", Numbers(DType::kFloat64, {1}, std::string("\0\0\0\0\0\0\xf0\x3f", 8))},
      {"magenta/hparams", Tensor::Text("batch_size=64")},
  };
}

// A checkpoint in memory as the index that says it and its data; a fault is a change of either.
struct V2Files {
  std::string index;
  std::string data;

  absl::StatusOr<TensorMap> Read() const {
    const std::string_view shards[] = {data};
    return ReadV2(index, shards, "C");
  }
};

V2Files MakeV2(const TensorMap& tensors) {
  V2Files files;
  files.index = *SerializeV2Index(tensors);
  for (const auto& [name, tensor] : tensors) files.data += tensor.bytes;
  return files;
}

tensorflow::BundleHeaderProto GoodHeader() {
  tensorflow::BundleHeaderProto header;
  header.set_num_shards(1);
  header.mutable_version()->set_producer(1);
  return header;
}

// The entry of "v", two floats 1 and 2 at offset 0.
tensorflow::BundleEntryProto GoodEntry() {
  tensorflow::BundleEntryProto entry;
  entry.set_dtype(tensorflow::DT_FLOAT);
  entry.mutable_shape()->add_dim()->set_size(2);
  entry.set_size(8);
  entry.set_crc32c(MaskedCrc32c(std::string_view("\0\0\x80\x3f\0\0\0\x40", 8)));
  return entry;
}

std::string GoodData() { return std::string("\0\0\x80\x3f\0\0\0\x40", 8); }

// The error of a checkpoint whose header or entry `change` has spoilt.
template <typename Change>
std::string V2Error(Change change) {
  tensorflow::BundleHeaderProto header = GoodHeader();
  tensorflow::BundleEntryProto entry = GoodEntry();
  change(header, entry);
  const V2Files files{
      BuildTable({{"", header.SerializeAsString()}, {"v", entry.SerializeAsString()}}), GoodData()};
  const auto tensors = files.Read();
  return tensors.ok() ? "fine" : ErrorLine(tensors.status());
}

TEST(CheckpointV2, ReadsWhatItWrites) {
  const TensorMap tensors = SmallTensors();
  const auto read = MakeV2(tensors).Read();
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, tensors);
}

TEST(CheckpointV2, EveryFaultIsNamed) {
  using Header = tensorflow::BundleHeaderProto;
  using Entry = tensorflow::BundleEntryProto;
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();
  const std::vector<std::pair<std::string, std::string>> rows = {
      {V2Error([](Header&, Entry&) {}), "fine"},
      {V2Error([](Header&, Entry& e) { e.set_crc32c(e.crc32c() + 1); }),
       "variable v: wrong checksum of its 8 bytes at offset 0"},
      {V2Error([](Header&, Entry& e) { e.clear_crc32c(); }), "wrong checksum"},
      {V2Error([](Header&, Entry& e) { e.set_crc32c(Crc32c(GoodData())); }), "wrong checksum"},
      {V2Error([](Header&, Entry& e) { e.set_offset(1); }),
       "variable v: its 8 bytes at offset 1 reach past the file's end (8)"},
      {V2Error([=](Header&, Entry& e) { e.set_offset(kHuge); }), "reach past the file's end"},
      {V2Error([](Header&, Entry& e) { e.set_offset(-1); }), "8 bytes at offset -1"},
      {V2Error([](Header&, Entry& e) { e.set_size(4); }),
       "4 bytes at offset 0, but shape [2] takes 8 bytes"},
      {V2Error([=](Header&, Entry& e) { e.set_size(kHuge); }), "shape [2] takes 8 bytes"},
      {V2Error([=](Header&, Entry& e) { e.mutable_shape()->mutable_dim(0)->set_size(kHuge); }),
       "variable v: its shape has too many elements"},
      {V2Error([](Header&, Entry& e) {
         for (int i = 0; i < 8; ++i) e.mutable_shape()->add_dim()->set_size(int64_t{1} << 32);
       }),
       "too many elements"},
      {V2Error([](Header&, Entry& e) { e.mutable_shape()->mutable_dim(0)->set_size(-2); }),
       "an extent is -2"},
      {V2Error([](Header&, Entry& e) { e.mutable_shape()->set_unknown_rank(true); }),
       "its shape is unknown"},
      {V2Error([](Header&, Entry& e) { e.set_dtype(tensorflow::DT_STRING); }),
       "variable v: its type (string) is none that we read"},
      {V2Error([](Header&, Entry& e) { e.clear_dtype(); }), "its type (none)"},
      {V2Error([](Header&, Entry& e) { e.set_dtype(tensorflow::DataType(77)); }),
       "its type (number 77)"},
      {V2Error([](Header&, Entry& e) { e.set_dtype(tensorflow::DT_DOUBLE); }), "takes 16 bytes"},
      {V2Error([](Header&, Entry& e) { e.set_shard_id(1); }), "lies in shard 1 of 1"},
      {V2Error([](Header&, Entry& e) { e.set_shard_id(-1); }), "lies in shard -1 of 1"},
      {V2Error([](Header&, Entry& e) { e.add_slices()->add_extent(); }), "stored in slices"},
      {V2Error([](Header& h, Entry&) { h.set_num_shards(0); }), "header speaks of 0 shards"},
      {V2Error([](Header& h, Entry&) { h.set_num_shards(2000000000); }), "2000000000 shards"},
      {V2Error([](Header& h, Entry&) { h.set_num_shards(2); }), "2 data shards, there are 1"},
      {V2Error([](Header& h, Entry&) { h.set_endianness(Header::BIG); }), "big-endian"},
      {V2Error([](Header& h, Entry&) { h.mutable_version()->set_min_consumer(9); }),
       "of a later format"},
      {V2Error([](Header& h, Entry&) { h.clear_version(); }), "fine"},
  };
  for (const auto& [error, expected] : rows) EXPECT_THAT(error, HasSubstr(expected));
}

TEST(CheckpointV2, OtherWaysToBreakTheIndex) {
  const std::string entry = GoodEntry().SerializeAsString();
  const std::string header = GoodHeader().SerializeAsString();
  const struct {
    std::string index;
    const char* error;
  } rows[] = {
      {"", "is no checkpoint table"},
      {"short", "is no checkpoint table"},
      {BuildTable({}), "holds nothing, not even a header"},
      {BuildTable({{"v", entry}}), "has no header entry"},
      {BuildTable({{"", "\xff\xff"}, {"v", entry}}), "its header is corrupt"},
      {BuildTable({{"", header}, {"v", "\xff\xff"}}), "variable v: its entry is corrupt"},
      {BuildTable({{"", header}, {"v", entry}, {"w", entry}}),
       "variable w: overlaps another variable (offset 0)"},
  };
  for (const auto& row : rows) {
    const auto tensors = V2Files{row.index, GoodData()}.Read();
    EXPECT_THAT(ErrorLine(tensors.status()), HasSubstr(row.error));
    EXPECT_EQ(ExitStatus(tensors.status()), 3);
    EXPECT_EQ(ErrorFile(tensors.status()), "C");
  }
}

TEST(CheckpointV2, GapsAndAnyOrderOfDataAreRead) {
  tensorflow::BundleEntryProto entry = GoodEntry();
  entry.set_offset(11);
  const V2Files files{BuildTable({{"", GoodHeader().SerializeAsString()},
                                  {"a", entry.SerializeAsString()},
                                  {"b", GoodEntry().SerializeAsString()}}),
                      GoodData() + "gap" + GoodData()};
  ASSERT_TRUE(files.Read().ok()) << files.Read().status();
  EXPECT_EQ(files.Read()->size(), 2u);
}

TEST(CheckpointV2, EveryFlippedBitIsFound) {
  const V2Files whole = MakeV2(SmallTensors());
  for (size_t i = 0; i < 8 * (whole.index.size() + whole.data.size()); ++i) {
    V2Files files = whole;
    const size_t at = i / 8;
    char& byte = at < whole.index.size() ? files.index[at] : files.data[at - whole.index.size()];
    byte ^= static_cast<char>(1 << i % 8);
    EXPECT_EQ(ExitStatus(files.Read().status()), 3) << "bit " << i;
  }
}

TEST(CheckpointV2, EveryCutIsFound) {
  const V2Files whole = MakeV2(SmallTensors());
  for (size_t size = 0; size < whole.index.size(); ++size) {
    EXPECT_FALSE((V2Files{whole.index.substr(0, size), whole.data}.Read().ok())) << size;
  }
  for (size_t size = 0; size < whole.data.size(); ++size) {
    EXPECT_FALSE((V2Files{whole.index, whole.data.substr(0, size)}.Read().ok())) << size;
  }
}

TEST(CheckpointV1, ReadsWhatItWrites) {
  const TensorMap tensors = SmallTensors();
  const auto bytes = SerializeV1(tensors);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const auto read = ReadV1(*bytes, "C");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, tensors);
}

TEST(CheckpointV1, EveryTypeComesBack) {
  for (const DType dtype : {DType::kFloat32, DType::kFloat64, DType::kInt32, DType::kInt64,
                            DType::kUint8, DType::kBool}) {
    Tensor tensor;
    tensor.dtype = dtype;
    tensor.shape = {3};
    for (int i = 0; i < 3; ++i) {
      tensor.bytes +=
          std::string(1, i == 1 ? '\1' : '\0') + std::string(DTypeSize(dtype) - 1, '\0');
    }
    const auto read = ReadV1(*SerializeV1({{"v", tensor}}), "C");
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->at("v"), tensor) << DTypeName(dtype);
  }
}

TEST(CheckpointV1, KeysKeepTheOrderOfNames) {
  TensorMap tensors;
  for (const std::string& name :
       {std::string("a"), std::string("a\0b", 3), std::string("a\1"), std::string("a/b")}) {
    tensors.emplace(name, Tensor::Float(1));
  }
  EXPECT_EQ(*ReadV1(*SerializeV1(tensors), "C"), tensors);
  EXPECT_EQ(ExitStatus(SerializeV1({{"\xff", Tensor::Float(1)}}).status()), 2);
}

TEST(CheckpointV1, EveryFlippedBitIsFound) {
  const std::string whole = *SerializeV1(SmallTensors());
  for (size_t i = 0; i < 8 * whole.size(); ++i) {
    std::string bytes = whole;
    bytes[i / 8] ^= static_cast<char>(1 << i % 8);
    EXPECT_EQ(ExitStatus(ReadV1(bytes, "C").status()), 3) << "bit " << i;
  }
}

TEST(CheckpointV1, EveryCutIsFound) {
  const std::string whole = *SerializeV1(SmallTensors());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ReadV1(std::string_view(whole).substr(0, size), "C").ok()) << size;
  }
}

TEST(CheckpointV1, EveryFaultIsNamed) {
  const auto error = [](auto change) {
    tensorflow::SavedTensorSlices meta, values;
    auto* declared = meta.mutable_meta()->add_tensor();
    declared->set_name("v");
    declared->set_type(tensorflow::DT_FLOAT);
    declared->mutable_shape()->add_dim()->set_size(2);
    declared->add_slice()->add_extent();
    values.mutable_data()->set_name("v");
    values.mutable_data()->mutable_slice()->add_extent();
    values.mutable_data()->mutable_data()->add_float_val(1);
    values.mutable_data()->mutable_data()->add_float_val(2);
    std::string key("\0v\0\1\1\1\x80\x7f", 8);
    change(*meta.mutable_meta(), *values.mutable_data(), key);
    const auto read = ReadV1(
        BuildTable({{"", meta.SerializeAsString()}, {key, values.SerializeAsString()}}), "C");
    return read.ok() ? "fine" : ErrorLine(read.status());
  };
  using Meta = tensorflow::SavedTensorSliceMeta;
  using Slice = tensorflow::SavedSlice;
  using Key = std::string;
  const std::vector<std::pair<std::string, std::string>> rows = {
      {error([](Meta&, Slice&, Key&) {}), "fine"},
      {error([](Meta&, Slice& s, Key&) { s.mutable_data()->add_float_val(3); }),
       "variable v: holds 3 values, but its shape [2] takes 2 (block at byte 0)"},
      {error([](Meta&, Slice& s, Key&) { s.mutable_data()->clear_float_val(); }), "holds 0 values"},
      {error([](Meta& m, Slice&, Key&) { m.mutable_tensor(0)->set_type(tensorflow::DT_INT64); }),
       "holds 0 values"},
      {error([](Meta& m, Slice&, Key&) { m.mutable_tensor(0)->set_type(tensorflow::DT_HALF); }),
       "variable v: its type (float16) is none that we read"},
      {error([](Meta& m, Slice&, Key&) { m.mutable_tensor(0)->set_type(tensorflow::DT_BOOL); }),
       "holds 0 values"},
      {error([](Meta& m, Slice&, Key&) {
         m.mutable_tensor(0)->mutable_shape()->mutable_dim(0)->set_size(int64_t{1} << 62);
       }),
       "too many elements"},
      {error([](Meta& m, Slice&, Key&) { m.clear_tensor(); }), "has values, but is not declared"},
      {error([](Meta& m, Slice&, Key&) { *m.add_tensor() = m.tensor(0); }), "is declared twice"},
      {error([](Meta& m, Slice&, Key&) {
         *m.add_tensor() = m.tensor(0);
         m.mutable_tensor(1)->set_name("w");
       }),
       "variable w: is declared, but its values are missing"},
      {error([](Meta& m, Slice&, Key&) { m.mutable_tensor(0)->add_slice(); }), "stored in slices"},
      {error([](Meta&, Slice& s, Key&) { s.mutable_slice()->mutable_extent(0)->set_length(1); }),
       "its key or slice is wrong"},
      {error([](Meta&, Slice& s, Key&) { s.mutable_slice()->mutable_extent(0)->set_length(2); }),
       "fine"},
      {error([](Meta&, Slice&, Key& key) { key.back() = '\1'; }), "its key or slice is wrong"},
  };
  for (const auto& [found, expected] : rows) EXPECT_THAT(found, HasSubstr(expected));
}

TEST(CheckpointV1, AV2IndexIsNoV1) {
  EXPECT_THAT(ErrorLine(ReadV1(MakeV2(SmallTensors()).index, "C").status()),
              HasSubstr("keep that ending"));
}

class CheckpointFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = (fs::path(::testing::TempDir()) / "checkpoint_test").string();
    fs::remove_all(folder_);
    prefix_ = folder_ + "/model.ckpt-5";
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string Error() { return ErrorLine(ReadCheckpoint(prefix_).status()); }

  std::string folder_;
  std::string prefix_;
};

TEST_F(CheckpointFiles, AreReadByPrefixIndexOrV1Name) {
  const TensorMap tensors = SmallTensors();
  ASSERT_TRUE(WriteV2(prefix_, tensors).ok());
  EXPECT_EQ(*ReadCheckpoint(prefix_), tensors);
  EXPECT_EQ(*ReadCheckpoint(prefix_ + ".index"), tensors);
  ASSERT_TRUE(WriteFile(folder_ + "/v1.ckpt", *SerializeV1(tensors)).ok());
  EXPECT_EQ(*ReadCheckpoint(folder_ + "/v1.ckpt"), tensors);
  EXPECT_TRUE(CheckWhole(folder_ + "/v1.ckpt").ok());
  EXPECT_EQ(ListFiles(folder_, false)->size(), 3u) << "no temporary files";
}

TEST_F(CheckpointFiles, AreReplacedWhole) {
  ASSERT_TRUE(WriteV2(prefix_, SmallTensors()).ok());
  const TensorMap other = {{"x", Tensor::Float(2)}};
  ASSERT_TRUE(WriteV2(prefix_, other).ok());
  EXPECT_EQ(*ReadCheckpoint(prefix_), other);
}

TEST_F(CheckpointFiles, WhatIsMissingIsNamed) {
  EXPECT_THAT(Error(), HasSubstr("there is no such checkpoint"));
  ASSERT_TRUE(WriteV2(prefix_, SmallTensors()).ok());
  EXPECT_TRUE(CheckWhole(prefix_).ok());
  const std::string shard = prefix_ + ".data-00000-of-00001";
  fs::resize_file(shard, fs::file_size(shard) - 1);
  EXPECT_THAT(Error(), HasSubstr("reach past the file's end"));
  EXPECT_THAT(Error(), HasSubstr(shard));
  EXPECT_FALSE(CheckWhole(prefix_).ok());
  fs::remove(shard);
  EXPECT_THAT(Error(), HasSubstr(shard + ": is missing"));
  EXPECT_FALSE(CheckWhole(prefix_).ok());
  fs::remove(prefix_ + ".index");
  EXPECT_FALSE(CheckWhole(prefix_).ok());
}

TEST_F(CheckpointFiles, WhatIsNamedInsteadIsTold) {
  ASSERT_TRUE(WriteV2(prefix_, SmallTensors()).ok());
  ASSERT_TRUE(WriteFile(folder_ + "/x.mag", "no table").ok());
  ASSERT_TRUE(WriteFile(prefix_ + ".meta", "no table").ok());
  const std::pair<std::string, std::string> rows[] = {
      {prefix_ + ".data-00000-of-00001", "These are the data of a V2 checkpoint: name " + prefix_},
      {prefix_ + ".meta", "name the path without .meta"},
      {folder_ + "/x.mag", "A bundle is named by --bundle_file"},
      {folder_, "A run's folder is named by --run_dir"},
  };
  for (const auto& [path, remedy] : rows) {
    const absl::Status status = ReadCheckpoint(path).status();
    EXPECT_EQ(ExitStatus(status), 3);
    EXPECT_THAT(ErrorLine(status), HasSubstr(path));
    EXPECT_THAT(ErrorLine(status), HasSubstr(remedy));
  }
}

// No more is read than the index speaks of, and nothing of a file that is no table.
TEST_F(CheckpointFiles, LargeFilesTakeNoMemory) {
  ASSERT_TRUE(WriteV2(prefix_, SmallTensors()).ok());
  fs::resize_file(prefix_ + ".data-00000-of-00001", uint64_t{1} << 40);
  EXPECT_EQ(*ReadCheckpoint(prefix_), SmallTensors());
  ASSERT_TRUE(WriteFile(folder_ + "/v1.ckpt", *SerializeV1(SmallTensors())).ok());
  fs::resize_file(folder_ + "/v1.ckpt", uint64_t{1} << 40);
  EXPECT_THAT(ErrorLine(ReadCheckpoint(folder_ + "/v1.ckpt").status()),
              HasSubstr("its last 8 bytes are wrong"));
  tensorflow::BundleEntryProto huge = GoodEntry();
  huge.set_dtype(tensorflow::DT_UINT8);
  huge.clear_shape();
  huge.mutable_shape()->add_dim()->set_size(int64_t{1} << 40);
  huge.set_size(int64_t{1} << 40);
  ASSERT_TRUE(WriteFile(prefix_ + ".index", BuildTable({{"", GoodHeader().SerializeAsString()},
                                                        {"a", huge.SerializeAsString()}}))
                  .ok());
  EXPECT_THAT(Error(), HasSubstr("holds more than the 4294967296 bytes that are read at once"));
  fs::resize_file(prefix_ + ".index", uint64_t{1} << 40);
  EXPECT_EQ(ExitStatus(ReadCheckpoint(prefix_).status()), 3);
}

// A generator has no use for the optimizer's slots: it does not read their bytes.
TEST_F(CheckpointFiles, OnlyWhatIsWantedIsLookedAt) {
  const TensorMap tensors = {{"w", Tensor::Float(1)}, {"w/Adam", Tensor::Float(2)}};
  ASSERT_TRUE(WriteV2(prefix_, tensors).ok());
  ASSERT_TRUE(WriteFile(folder_ + "/v1.ckpt", *SerializeV1(tensors)).ok());
  const auto wanted = [](std::string_view name) { return name == "w"; };
  const TensorMap one = {{"w", Tensor::Float(1)}};
  EXPECT_EQ(*ReadCheckpoint(prefix_, wanted), one);
  EXPECT_EQ(*ReadCheckpoint(folder_ + "/v1.ckpt", wanted), one);
  const std::string shard = prefix_ + ".data-00000-of-00001";
  std::string damaged = *ReadFile(shard);
  damaged[4] ^= 1;
  ASSERT_TRUE(WriteFile(shard, damaged).ok());
  EXPECT_EQ(*ReadCheckpoint(prefix_, wanted), one);
  EXPECT_THAT(Error(), HasSubstr("variable w/Adam: wrong checksum"));
}

TEST_F(CheckpointFiles, SeveralShardsAreRead) {
  tensorflow::BundleHeaderProto header = GoodHeader();
  header.set_num_shards(2);
  tensorflow::BundleEntryProto second = GoodEntry();
  second.set_shard_id(1);
  ASSERT_TRUE(WriteFile(prefix_ + ".index", BuildTable({{"", header.SerializeAsString()},
                                                        {"a", GoodEntry().SerializeAsString()},
                                                        {"b", second.SerializeAsString()}}))
                  .ok());
  ASSERT_TRUE(WriteFile(prefix_ + ".data-00000-of-00002", GoodData()).ok());
  EXPECT_THAT(Error(), HasSubstr(".data-00001-of-00002: is missing"));
  EXPECT_FALSE(CheckWhole(prefix_).ok());
  ASSERT_TRUE(WriteFile(prefix_ + ".data-00001-of-00002", GoodData()).ok());
  EXPECT_TRUE(CheckWhole(prefix_).ok());
  EXPECT_EQ(ReadCheckpoint(prefix_)->size(), 2u);
}

TEST_F(CheckpointFiles, WhatCannotBeWritten) {
  EXPECT_EQ(ExitStatus(WriteV2("/proc/x/model.ckpt-1", SmallTensors())), 5);
}

}  // namespace
}  // namespace magenta
