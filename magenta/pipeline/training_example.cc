#include "magenta/pipeline/training_example.h"

namespace magenta {

TrainingExample EncodeExample(const EventCodec& codec, const EventSequence& sequence) {
  TrainingExample example;
  const std::vector<Event>& events = sequence.events;
  if (events.size() < 2) return example;
  const size_t steps = events.size() - 1;
  const size_t heads = codec.head_sizes().size();
  example.labels.resize(steps * heads);
  const std::unique_ptr<EventEncoder> encoder = codec.NewEncoder(codec.ControlOf(sequence));
  SparseVector input;
  for (size_t i = 0; i < steps; ++i) {
    encoder->Push(events[i]);
    encoder->Input(input);
    example.inputs.AddRow(input);
    encoder->Labels(events[i + 1], {&example.labels[i * heads], heads});
  }
  return example;
}

}  // namespace magenta
