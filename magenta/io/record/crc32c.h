#pragma once
// CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected), the checksum of TFRecords and of
// checkpoint tables. Eight bytes an instruction where the processor has SSE4.2, a table elsewhere.

#include <cstdint>
#include <string_view>

namespace magenta {

/// CRC-32C of `bytes`; Crc32c("123456789") is 0xe3069283 (RFC 3720, appendix B.4).
uint32_t Crc32c(std::string_view bytes);

/// The CRC of A followed by B, given `crc` = Crc32c(A): sums data that arrives in pieces.
uint32_t ExtendCrc32c(uint32_t crc, std::string_view bytes);

/// A CRC as files store it: rotated right by 15 bits plus 0xa282ead8 (modulo 2^32), so that the CRC
/// of data which itself holds CRCs stays a good check.
uint32_t MaskCrc32c(uint32_t crc);

/// MaskCrc32c(Crc32c(bytes)).
uint32_t MaskedCrc32c(std::string_view bytes);

namespace internal {
/// The table kernel alone: the reference that the fast one is tested against.
uint32_t ExtendCrc32cByTable(uint32_t crc, std::string_view bytes);
}  // namespace internal

}  // namespace magenta
