// A CRC is the remainder of the message, taken as a polynomial over GF(2), by a fixed polynomial.
// The table holds the remainder of every byte; SSE4.2 has the division by this very polynomial as
// an instruction for eight bytes.
#include "magenta/io/record/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace magenta {
namespace {

constexpr uint32_t kReflectedPolynomial = 0x82f63b78;

constexpr std::array<uint32_t, 256> MakeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ kReflectedPolynomial : crc >> 1;
    table[byte] = crc;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kCrcTable = MakeCrcTable();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t ExtendCrc32cBySse42(uint32_t crc,
                                                               std::string_view bytes) {
  const char* p = bytes.data();
  size_t n = bytes.size();
  uint64_t state = ~crc;
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t word;
    std::memcpy(&word, p, sizeof word);
    state = _mm_crc32_u64(state, word);
  }
  auto low = static_cast<uint32_t>(state);
  for (; n > 0; ++p, --n) low = _mm_crc32_u8(low, static_cast<uint8_t>(*p));
  return ~low;
}
#endif

using CrcKernel = uint32_t (*)(uint32_t, std::string_view);

CrcKernel ChooseCrcKernel() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return ExtendCrc32cBySse42;
#endif
  return internal::ExtendCrc32cByTable;
}

}  // namespace

uint32_t internal::ExtendCrc32cByTable(uint32_t crc, std::string_view bytes) {
  crc = ~crc;
  for (const char c : bytes) crc = kCrcTable[(crc ^ static_cast<uint8_t>(c)) & 0xff] ^ crc >> 8;
  return ~crc;
}

uint32_t ExtendCrc32c(uint32_t crc, std::string_view bytes) {
  static const CrcKernel kernel = ChooseCrcKernel();
  return kernel(crc, bytes);
}

uint32_t Crc32c(std::string_view bytes) { return ExtendCrc32c(0, bytes); }

uint32_t MaskCrc32c(uint32_t crc) { return (crc >> 15 | crc << 17) + 0xa282ead8u; }

uint32_t MaskedCrc32c(std::string_view bytes) { return MaskCrc32c(Crc32c(bytes)); }

}  // namespace magenta
