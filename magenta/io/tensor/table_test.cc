// Our table reader against LevelDB's, and against tables that LevelDB's would not survive.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <leveldb/env.h>
#include <leveldb/iterator.h>
#include <leveldb/options.h>
#include <leveldb/table.h>
#include <leveldb/table_builder.h>

#include <map>
#include <memory>
#include <random>

#include "magenta/base/status.h"
#include "magenta/io/record/crc32c.h"
#include "magenta/io/tensor/table_reader.h"
#include "magenta/io/tensor/table_writer.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
using Entries = std::map<std::string, std::string>;

class ReadString final : public leveldb::RandomAccessFile {
 public:
  explicit ReadString(std::string_view bytes) : bytes_(bytes) {}
  leveldb::Status Read(uint64_t offset, size_t n, leveldb::Slice* result, char*) const override {
    const auto part = offset > bytes_.size() ? std::string_view() : bytes_.substr(offset, n);
    *result = leveldb::Slice(part.data(), part.size());
    return leveldb::Status::OK();
  }

 private:
  std::string_view bytes_;
};

Entries ByLevelDb(const std::string& table) {
  ReadString file(table);
  leveldb::Table* opened = nullptr;
  EXPECT_TRUE(leveldb::Table::Open({}, &file, table.size(), &opened).ok());
  const std::unique_ptr<leveldb::Table> owner(opened);
  leveldb::ReadOptions options;
  options.verify_checksums = true;
  const std::unique_ptr<leveldb::Iterator> it(opened->NewIterator(options));
  Entries entries;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    entries.emplace(it->key().ToString(), it->value().ToString());
  }
  EXPECT_TRUE(it->status().ok());
  return entries;
}

absl::StatusOr<Entries> ByUs(const std::string& table) {
  Entries entries;
  const absl::Status status =
      VisitTable(table, "T", [&](std::string_view key, std::string_view value, uint64_t) {
        EXPECT_TRUE(entries.emplace(key, value).second);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return entries;
}

class WriteString final : public leveldb::WritableFile {
 public:
  explicit WriteString(std::string* out) : out_(out) {}
  leveldb::Status Append(const leveldb::Slice& data) override {
    out_->append(data.data(), data.size());
    return leveldb::Status::OK();
  }
  leveldb::Status Close() override { return {}; }
  leveldb::Status Flush() override { return {}; }
  leveldb::Status Sync() override { return {}; }

 private:
  std::string* out_;
};

std::string ByTableBuilder(const Entries& entries, const leveldb::Options& options) {
  std::string table;
  WriteString file(&table);
  leveldb::TableBuilder builder(options, &file);
  for (const auto& [key, value] : entries) builder.Add(key, value);
  EXPECT_TRUE(builder.Finish().ok());
  return table;
}

Entries SomeEntries(int count, uint32_t seed) {
  std::mt19937 random(seed);
  Entries entries = {{"", "header"}};
  for (int i = 0; i < count; ++i) {
    std::string value(random() % 200, char('a' + random() % 3));
    entries.emplace("layer_" + std::to_string(random() % 10000) + "/weights", std::move(value));
  }
  return entries;
}

TEST(Table, ReadsWhatLevelDbReads) {
  for (const int count : {0, 1, 15, 16, 17, 500, 5000}) {
    for (const size_t block_size : {1u, 64u, 4096u, 262144u}) {
      for (const auto compression : {leveldb::kNoCompression, leveldb::kSnappyCompression}) {
        leveldb::Options options;
        options.block_size = block_size;
        options.compression = compression;
        options.block_restart_interval = count % 2 == 0 ? 16 : 3;
        const Entries entries = SomeEntries(count, static_cast<uint32_t>(count));
        const std::string table = ByTableBuilder(entries, options);
        const auto ours = ByUs(table);
        ASSERT_TRUE(ours.ok()) << ours.status();
        EXPECT_EQ(*ours, entries);
        EXPECT_EQ(ByLevelDb(table), entries);
      }
    }
  }
}

TEST(Table, LevelDbReadsWhatWeWrite) {
  const Entries entries = SomeEntries(5000, 1);
  EXPECT_EQ(ByLevelDb(BuildTable(entries)), entries);
}

// A table built by hand: data blocks, metaindex, index, footer, each part open to spoiling.
class HandMade {
 public:
  static std::string Varint(uint64_t value) {
    std::string bytes;
    for (; value >= 128; value >>= 7) bytes += static_cast<char>(value | 128);
    return bytes + static_cast<char>(value);
  }
  static std::string Entry(uint64_t shared, const std::string& tail, const std::string& value) {
    return Varint(shared) + Varint(tail.size()) + Varint(value.size()) + tail + value;
  }
  static std::string Handle(uint64_t offset, uint64_t size) {
    return Varint(offset) + Varint(size);
  }

  // Adds a block and gives its handle.
  std::string Block(const std::string& entries, uint32_t restarts = 0, char type = 0) {
    std::string block = entries;
    for (int i = 0; i < 4; ++i) block += static_cast<char>(restarts >> 8 * i);
    return Raw(block, type);
  }
  std::string Raw(std::string block, char type) {
    const std::string handle = Handle(bytes_.size(), block.size());
    block += type;
    const uint32_t crc = MaskedCrc32c(block);
    for (int i = 0; i < 4; ++i) block += static_cast<char>(crc >> 8 * i);
    bytes_ += block;
    return handle;
  }
  std::string Finish(const std::string& meta, const std::string& index) {
    std::string footer = meta + index;
    footer.resize(40);
    return bytes_ + footer + std::string(kTableMagic);
  }
  // The table of these data blocks.
  std::string With(const std::vector<std::string>& handles) {
    std::string index;
    for (size_t i = 0; i < handles.size(); ++i) {
      index += Entry(0, std::string(1, static_cast<char>('a' + i)), handles[i]);
    }
    const std::string meta = Block("");
    return Finish(meta, Block(index));
  }

 private:
  std::string bytes_;
};

// What comes of a table with one data block of `entries`.
std::string OneBlock(const std::string& entries, uint32_t restarts = 0, char type = 0) {
  HandMade table;
  const std::string handle = table.Block(entries, restarts, type);
  const auto read = ByUs(table.With({handle}));
  return read.ok() ? "fine" : ErrorLine(read.status());
}

std::string OneHandle(const std::string& handle) {
  HandMade table;
  table.Block(HandMade::Entry(0, "k", "v"));
  const auto read = ByUs(table.With({handle}));
  return read.ok() ? "fine" : ErrorLine(read.status());
}

TEST(Table, EveryFaultIsNamed) {
  const auto entry = HandMade::Entry;
  HandMade twice;
  const std::string block = twice.Block(entry(0, "k", "v"));
  HandMade backwards;
  const std::string late = backwards.Block(entry(0, "z", "v"));
  const std::string early = backwards.Block(entry(0, "k", "v"));
  const std::string long_key(60000, 'k');
  std::string bomb = entry(0, long_key, "");
  for (int i = 1; i < 2000; ++i) bomb += entry(60000 + static_cast<uint64_t>(i) - 1, "k", "");
  const std::vector<std::pair<std::string, std::string>> rows = {
      {OneBlock(entry(0, "k", "v")), "fine"},
      {OneBlock(entry(0, "k", "v") + entry(1, "l", "v")), "fine"},
      {OneBlock(entry(0, "k", "v") + entry(0, "k", "v")),
       "T: table block at byte 0: the key after \"k\" does not follow it: out of order or twice"},
      {OneBlock(entry(0, "k", "v") + entry(1, "", "v")), "out of order or twice"},
      {OneBlock(entry(0, "k", "v") + entry(0, "a", "v")), "out of order or twice"},
      {OneBlock(entry(1, "k", "v")), "an entry does not fit"},
      {OneBlock(entry(0, "k", "v") + entry(2, "k", "v")), "an entry does not fit"},
      {OneBlock(HandMade::Varint(0) + HandMade::Varint(9) + HandMade::Varint(0)), "does not fit"},
      {OneBlock(HandMade::Varint(0) + HandMade::Varint(0) + HandMade::Varint(~uint64_t{0})),
       "does not fit"},
      {OneBlock(std::string(20, '\xff')), "does not fit"},
      {OneBlock(entry(0, "k", "v"), 0xffffffff), "its restarts do not fit"},
      {OneBlock(entry(0, "k", "v"), 2), "its restarts do not fit"},
      {OneBlock(entry(0, "k", "v"), 0, 7), "unknown compression 7"},
      {OneBlock(entry(0, "k", "v"), 0, 1), "Snappy compression is corrupt"},
      {OneBlock(bomb), "its keys unpack to too much"},
      {OneHandle(HandMade::Handle(0, uint64_t{1} << 52)), "4503599627370496 bytes do not fit"},
      {OneHandle(HandMade::Handle(0, ~uint64_t{2})), "do not fit into the file"},
      {OneHandle(HandMade::Handle(~uint64_t{0}, 9)), "do not fit into the file"},
      {OneHandle(HandMade::Handle(1, 8)), "table block at byte 1: wrong checksum"},
      {OneHandle("\x80"), "an entry is corrupt"},
      {ErrorLine(ByUs(twice.With({block, block})).status()), "overlaps the block before it"},
      {ErrorLine(ByUs(backwards.With({late, early})).status()), "out of order or twice"},
      {ErrorLine(ByUs(HandMade().Finish("\x80", "")).status()), "the footer is corrupt"},
      {ErrorLine(ByUs(HandMade().Finish(std::string(40, '\xff'), "")).status()),
       "the footer is corrupt"},
      {ErrorLine(ByUs(std::string(40, '\0') + std::string(kTableMagic)).status()), "do not fit"},
  };
  for (const auto& [found, expected] : rows) EXPECT_THAT(found, HasSubstr(expected));
}

// Snappy says first how long it unpacks: 1 GiB here.
TEST(Table, ASnappyBombIsNotUnpacked) {
  HandMade table;
  const std::string handle = table.Raw(HandMade::Varint(uint64_t{1} << 30) + "bomb", 1);
  EXPECT_THAT(ErrorLine(ByUs(table.With({handle})).status()), HasSubstr("Snappy"));
}

TEST(Table, AVisitorsErrorStopsTheVisit) {
  int visited = 0;
  const absl::Status status = VisitTable(
      BuildTable(SomeEntries(10, 1)), "T", [&](std::string_view, std::string_view, uint64_t) {
        return ++visited == 3 ? InputError("T", "enough") : absl::OkStatus();
      });
  EXPECT_EQ(std::string(status.message()), "T: enough");
  EXPECT_EQ(visited, 3);
}

}  // namespace
}  // namespace magenta
