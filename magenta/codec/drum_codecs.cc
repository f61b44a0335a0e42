#include "magenta/codec/drum_codecs.h"

#include "magenta/codec/one_hot.h"

namespace magenta {

std::unique_ptr<EventCodec> MakeOneDrumCodec() {
  return MakeOneHotCodec(std::make_shared<OneHotDrums>(OneDrumType()));
}

std::unique_ptr<EventCodec> MakeDrumKitCodec() {
  return MakeLookbackCodec(std::make_shared<OneHotDrums>(DrumKitTypes()),
                           {.distances = {}, .counter_bits = 6});
}

}  // namespace magenta
