#include "magenta/pipeline/training_example.h"

namespace magenta {

TrainingExample EncodeExample(const EventCodec& codec, const EventSequence& sequence) {
  TrainingExample example;
  const std::vector<Event>& events = sequence.events;
  if (events.size() < 2) return example;
  const size_t steps = events.size() - 1;
  const size_t heads = codec.head_sizes().size();
  std::vector<int> labels(heads);
  example.labels.reserve(static_cast<size_t>(codec.RowsOf(sequence)) * heads);
  const std::unique_ptr<EventEncoder> encoder = codec.NewEncoder(codec.ControlOf(sequence));
  SparseVector input;
  for (size_t i = 0; i < steps; ++i) {
    encoder->Push(events[i]);
    if (!codec.MakesRow(events[i])) continue;
    encoder->Input(input);
    example.inputs.AddRow(input);
    encoder->Labels(events[i + 1], labels);
    example.labels.insert(example.labels.end(), labels.begin(), labels.end());
  }
  return example;
}

}  // namespace magenta
