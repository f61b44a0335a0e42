#include "magenta/io/record/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace magenta {
namespace {

std::string Counting(int first, int step) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes += static_cast<char>(first + i * step);
  return bytes;
}

// The figures of RFC 3720, appendix B.4, and the usual check value.
TEST(Crc32c, KnownAnswers) {
  const struct {
    std::string bytes;
    uint32_t crc;
  } rows[] = {
      {"", 0},
      {"123456789", 0xe3069283},
      {std::string(32, '\0'), 0x8a9136aa},
      {std::string(32, '\xff'), 0x62a8ab43},
      {Counting(0, 1), 0x46dd794e},
      {Counting(31, -1), 0x113fdb5c},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Crc32c(row.bytes), row.crc) << row.bytes;
    EXPECT_EQ(internal::ExtendCrc32cByTable(0, row.bytes), row.crc) << row.bytes;
  }
}

TEST(Crc32c, KernelsAgreeAtEveryLengthAndAlignment) {
  std::string bytes;
  for (int i = 0; i < 80; ++i) bytes += static_cast<char>(i * 37 + 11);
  for (size_t from = 0; from < 9; ++from) {
    for (size_t size = 0; from + size <= bytes.size(); ++size) {
      const std::string_view part = std::string_view(bytes).substr(from, size);
      ASSERT_EQ(Crc32c(part), internal::ExtendCrc32cByTable(0, part)) << from << ' ' << size;
    }
  }
}

TEST(Crc32c, PiecesGiveTheWhole) {
  const std::string text = "a melody in pieces, of which some are long";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(ExtendCrc32c(Crc32c(text.substr(0, cut)), text.substr(cut)), Crc32c(text));
  }
}

TEST(Crc32c, Mask) {
  EXPECT_EQ(MaskCrc32c(0), 0xa282ead8u);
  EXPECT_EQ(MaskedCrc32c("123456789"), ((0xe3069283u >> 15) | (0xe3069283u << 17)) + 0xa282ead8u);
}

}  // namespace
}  // namespace magenta
