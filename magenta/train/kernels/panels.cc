#include "magenta/train/kernels/panels.h"

#include <algorithm>

namespace magenta {
namespace {

// A panel's worth of them is half of a first-level cache of 32 KiB.
constexpr int kChunkFloats = 3072;

std::vector<PanelRows> StepsOfChunk(const Packing& packing, const StepChunk& chunk, float* data) {
  std::vector<PanelRows> steps;
  for (int t = chunk.first; t < chunk.end; ++t) {
    steps.push_back({data + (packing.offset[t] - chunk.row) * PanelWidth(),
                     int64_t{chunk.rows} * PanelWidth()});
  }
  return steps;
}

}  // namespace

PanelAxis PanelAxis::Parts(std::initializer_list<int> widths) {
  PanelAxis axis;
  int place = 0;
  for (const int width : widths) {
    for (int first = 0; first < width; first += PanelWidth()) {
      const int count = std::min(PanelWidth(), width - first);
      axis.counts.push_back(count);
      for (int k = 0; k < PanelWidth(); ++k) axis.index.push_back(k < count ? place++ : -1);
    }
  }
  return axis;
}

PanelAxis PanelAxis::Gates(int units) {
  PanelAxis axis;
  const int lanes = VectorLanes();
  for (int first = 0; first < units; first += lanes) {
    axis.counts.push_back(PanelWidth());
    for (int gate = 0; gate < 4; ++gate) {
      for (int u = first; u < first + lanes; ++u) {
        axis.index.push_back(u < units ? gate * units + u : -1);
      }
    }
  }
  return axis;
}

std::vector<StepChunk> CutInChunks(const Packing& packing) {
  const int most = std::max(kChunkFloats / PanelWidth(), 1);
  std::vector<StepChunk> chunks;
  for (int t = 0; t < packing.steps(); ++t) {
    if (chunks.empty() || chunks.back().rows + packing.active[t] > most) {
      chunks.push_back({t, t, packing.offset[t], 0});
    }
    chunks.back().end = t + 1;
    chunks.back().rows += packing.active[t];
  }
  return chunks;
}

PanelTape::PanelTape(const Packing& packing, std::span<const StepChunk> chunks, int panels)
    : data_(packing.rows() * panels * PanelWidth()) {
  for (const StepChunk& chunk : chunks) {
    const auto steps =
        StepsOfChunk(packing, chunk, data_.data() + chunk.row * panels * PanelWidth());
    steps_.insert(steps_.end(), steps.begin(), steps.end());
  }
}

ChunkBuffer::ChunkBuffer(const Packing& packing, std::span<const StepChunk> chunks, int panels) {
  int rows = 0;
  for (const StepChunk& chunk : chunks) rows = std::max(rows, chunk.rows);
  data_ = FloatBlock(int64_t{rows} * panels * PanelWidth());
  for (const StepChunk& chunk : chunks) {
    const auto steps = StepsOfChunk(packing, chunk, data_.data());
    steps_.insert(steps_.end(), steps.begin(), steps.end());
  }
}

void CopyRows(int rows, int panels, PanelRows from, PanelRows to) {
  const size_t bytes = static_cast<size_t>(rows) * PanelWidth() * sizeof(float);
  for (int p = 0; p < panels; ++p) {
    std::memcpy(to.data + p * to.stride, from.data + p * from.stride, bytes);
  }
}

void ClearRows(int rows, int panels, PanelRows to) {
  const size_t bytes = static_cast<size_t>(rows) * PanelWidth() * sizeof(float);
  for (int p = 0; p < panels; ++p) std::memset(to.data + p * to.stride, 0, bytes);
}

}  // namespace magenta
