#include "magenta/base/random.h"

namespace magenta {

double SeededUniform::Next() {
  const uint64_t high = static_cast<uint32_t>(engine_()) >> 5;
  const uint64_t low = static_cast<uint32_t>(engine_()) >> 6;
  return (static_cast<double>(high) * 67108864.0 + static_cast<double>(low)) / 9007199254740992.0;
}

uint64_t StableHash(std::string_view text, uint64_t seed) {
  uint64_t hash = 0xcbf29ce484222325ULL ^ seed;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  hash += 0x9e3779b97f4a7c15ULL;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

double StableUniform(std::string_view text, uint64_t seed) {
  return static_cast<double>(StableHash(text, seed) >> 11) / 9007199254740992.0;
}

uint32_t DrawSeed() { return std::random_device{}(); }

}  // namespace magenta
