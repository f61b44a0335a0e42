// Archives as libzip writes them, whole and broken in every byte.

#include "magenta/io/musicxml/zip_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

namespace magenta {
namespace {

using testing::HasSubstr;

std::string Zip(int32_t method, std::string_view text) {
  zip_error_t error;
  zip_source_t* sink = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(sink);
  zip_t* archive = zip_open_from_source(sink, ZIP_TRUNCATE, &error);
  zip_file_add(archive, "a.xml", zip_source_buffer(archive, "first", 5, 0), ZIP_FL_ENC_UTF_8);
  zip_source_t* source = zip_source_buffer(archive, text.data(), text.size(), 0);
  const zip_int64_t index = zip_file_add(archive, "b.xml", source, ZIP_FL_ENC_UTF_8);
  zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 0);
  zip_set_archive_comment(archive, "hello", 5);
  EXPECT_EQ(zip_close(archive), 0);
  zip_stat_t stat;
  zip_source_stat(sink, &stat);
  std::string bytes(stat.size, '\0');
  zip_source_open(sink);
  zip_source_read(sink, bytes.data(), bytes.size());
  zip_source_close(sink);
  zip_source_free(sink);
  return bytes;
}

absl::StatusOr<std::string> SecondEntry(std::string_view bytes, size_t max_bytes = 1000) {
  const auto entries = ReadZipDirectory(bytes);
  if (!entries.ok()) return entries.status();
  if (entries->size() != 2 || (*entries)[1].name != "b.xml") {
    return absl::NotFoundError("another name");
  }
  return ReadZipEntry(bytes, (*entries)[1], max_bytes);
}

class ZipArchiveTest : public testing::TestWithParam<int32_t> {
 protected:
  const std::string text_ = std::string(300, 'x') + "the end";
  const std::string bytes_ = Zip(GetParam(), text_);
};

TEST_P(ZipArchiveTest, ReadsWhatLibzipWrites) {
  EXPECT_EQ(SecondEntry(bytes_).value(), text_);
  EXPECT_EQ(SecondEntry(bytes_, text_.size()).value(), text_);
  EXPECT_THAT(std::string(SecondEntry(bytes_, text_.size() - 1).status().message()),
              HasSubstr("the limit for a piece is 306"));
}

TEST_P(ZipArchiveTest, RefusesEveryBeginning) {
  // Only the archive's comment may be missing.
  for (size_t size = 0; size + 5 < bytes_.size(); ++size) {
    EXPECT_FALSE(SecondEntry(std::string_view(bytes_).substr(0, size)).ok()) << size;
  }
}

TEST_P(ZipArchiveTest, AWrongByteIsRefusedOrHarmless) {
  for (size_t place = 0; place < bytes_.size(); ++place) {
    for (const int change : {1, 0x80, 0xff}) {
      std::string broken = bytes_;
      broken[place] = static_cast<char>(broken[place] ^ change);
      const auto found = SecondEntry(broken);
      if (found.ok()) {
        EXPECT_EQ(*found, text_) << place;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, ZipArchiveTest, testing::Values(ZIP_CM_STORE, ZIP_CM_DEFLATE));

TEST(ZipArchiveErrorsTest, SayWhatIsWrong) {
  const std::string bytes = Zip(ZIP_CM_DEFLATE, "text");
  ZipEntry entry = ReadZipDirectory(bytes).value()[1];
  const auto error = [&](const ZipEntry& e) {
    return std::string(ReadZipEntry(bytes, e, 100).status().message());
  };
  ZipEntry wrong = entry;
  wrong.flags = 1;
  EXPECT_THAT(error(wrong), HasSubstr("encrypted"));
  wrong = entry;
  wrong.method = 12;
  EXPECT_THAT(error(wrong), HasSubstr("method 12"));
  wrong = entry;
  wrong.crc ^= 1;
  EXPECT_THAT(error(wrong), HasSubstr("checksum"));
  wrong = entry;
  wrong.header_offset = 0xffffffff;
  EXPECT_THAT(error(wrong), HasSubstr("not at byte 4294967295"));
  wrong = entry;
  wrong.packed_size = 0xffffffff;
  EXPECT_THAT(error(wrong), HasSubstr("ends behind"));
}

}  // namespace
}  // namespace magenta
