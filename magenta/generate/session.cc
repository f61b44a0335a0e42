#include "magenta/generate/session.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/nn/nade/turns.h"

namespace magenta {

Session::Session(std::shared_ptr<const Model> model, int rows,
                 const std::shared_ptr<const Control>& control)
    : Session(std::move(model)) {
  MAGENTA_CHECK(rows >= 1);
  for (int i = 0; i < rows; ++i) rows_.push_back({model_->codec->NewEncoder(control), {}});
  blocks_.push_back({model_->network->NewState(rows), {}});
  for (int i = 0; i < rows; ++i) blocks_[0].rows.push_back(i);
  inputs_.resize(rows);
  logits_.resize(static_cast<size_t>(rows) * model_->network->num_logits());
}

void Session::Adapt() {
  for (Row& row : rows_) {
    MAGENTA_CHECK(row.events.empty());
    row.motifs.emplace(*model_->codec, *model_->spec->kind);
  }
}

void Session::Append(Row& row, Event event) {
  row.encoder->Push(event);
  row.events.push_back(event);
  if (row.motifs.has_value()) row.motifs->Add(event);
}

void Session::Mix(int row) {
  if (!rows_[row].motifs.has_value()) return;
  const size_t width = model_->network->num_logits();
  rows_[row].motifs->Mix(*rows_[row].encoder, {logits_.data() + row * width, width});
}

void Session::Push(Event event) {
  MAGENTA_CHECK(!pending_);
  for (Row& row : rows_) {
    MAGENTA_CHECK(!row.waits);
    Append(row, event);
  }
  pending_ = true;
}

void Session::Push(std::span<const Event> events) {
  MAGENTA_CHECK(!pending_ && events.size() == rows_.size());
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (!rows_[i].waits) Append(rows_[i], events[i]);
  }
  pending_ = true;
}

void Session::SetWaiting(int row, bool waits) {
  MAGENTA_CHECK(!pending_ && row >= 0 && row < rows());
  rows_[row].waits = waits;
  parted_ = true;
}

void Session::Step() {
  MAGENTA_CHECK(pending_);
  if (parted_) {
    Session* self = this;
    return StepTogether({&self, 1}, buffers_);
  }
  pending_ = false;
  for (size_t i = 0; i < rows_.size(); ++i) rows_[i].encoder->Input(inputs_[i]);
  model_->network->Step(*blocks_[0].state, inputs_, logits_);
  for (int row = 0; row < rows(); ++row) Mix(row);
}

void Session::PartBlocks() {
  const size_t count = blocks_.size();
  for (size_t i = 0; i < count; ++i) {
    std::vector<int> going, waiting;  // places in the block
    for (size_t place = 0; place < blocks_[i].rows.size(); ++place) {
      (rows_[blocks_[i].rows[place]].waits ? waiting : going).push_back(static_cast<int>(place));
    }
    if (going.empty() || waiting.empty()) continue;
    const Block whole = std::move(blocks_[i]);
    const auto part = [&whole](const std::vector<int>& places) {
      Block block = {whole.state->Select(places), {}};
      for (const int place : places) block.rows.push_back(whole.rows[place]);
      return block;
    };
    blocks_[i] = part(going);
    blocks_.push_back(part(waiting));
  }
}

void Session::AppendStep(StepBuffers& buffers, size_t& rows) {
  if (parted_) PartBlocks();
  for (const Block& block : blocks_) {
    if (rows_[block.rows[0]].waits) continue;
    buffers.states.push_back(block.state.get());
    buffers.inputs.resize(std::max(buffers.inputs.size(), rows + block.rows.size()));
    for (const int row : block.rows) rows_[row].encoder->Input(buffers.inputs[rows++]);
  }
}

const float* Session::TakeStep(const float* logits) {
  const size_t width = model_->network->num_logits();
  for (const Block& block : blocks_) {
    if (rows_[block.rows[0]].waits) continue;
    for (const int row : block.rows) {
      std::copy_n(logits, width, logits_.begin() + static_cast<size_t>(row) * width);
      logits += width;
      Mix(row);
    }
  }
  pending_ = false;
  return logits;
}

void Session::StepTogether(std::span<Session* const> sessions, StepBuffers& buffers) {
  if (sessions.empty()) return;
  const Network& network = *sessions[0]->model_->network;
  const size_t width = network.num_logits();
  size_t rows = 0;
  buffers.states.clear();
  for (Session* session : sessions) {
    MAGENTA_CHECK(session->pending_ && session->model_->network.get() == &network);
    session->AppendStep(buffers, rows);
  }
  buffers.logits.resize(std::max(buffers.logits.size(), rows * width));
  if (rows > 0) {
    network.StepAll(buffers.states, {buffers.inputs.data(), rows},
                    {buffers.logits.data(), rows * width}, buffers.scratch);
  }
  const float* logits = buffers.logits.data();
  for (Session* session : sessions) logits = session->TakeStep(logits);
}

void Session::Prime(std::span<const Event> events) {
  for (Event event : events) {
    Push(event);
    Step();
  }
}

std::span<const float> Session::Logits(int row) const {
  MAGENTA_CHECK(!pending_ && row >= 0 && row < rows());
  const size_t n = model_->network->num_logits();
  return {logits_.data() + row * n, n};
}

std::vector<bool> Session::PitchesOf(int row, size_t head) const {
  const auto sizes = model_->codec->head_sizes();
  std::vector<bool> members(sizes[head], false);
  if (sizes.size() != 1) return members;  // there no class stands for an event alone
  const MusicKind& kind = *model_->spec->kind;
  for (size_t label = 0; label < members.size(); ++label) {
    members[label] = kind.IsPitch(rows_[row].encoder->DecodeOne(static_cast<int>(label)));
  }
  return members;
}

std::vector<bool> Session::ChosenPitchesOf(int row, size_t head) const {
  std::vector<bool> members = PitchesOf(row, head);
  const EventEncoder& encoder = *rows_[row].encoder;
  if (const std::optional<Event> repeated = encoder.Repeated()) {
    members[static_cast<size_t>(encoder.Label(*repeated))] = false;
  }
  return members;
}

void Session::SetAllowed(int row, const EventMask& mask) {
  const auto sizes = model_->codec->head_sizes();
  MAGENTA_CHECK(sizes.size() == 1);
  allowed_.resize(sizes[0]);
  for (size_t label = 0; label < allowed_.size(); ++label) {
    allowed_[label] = mask.Allows(rows_[row].encoder->DecodeOne(static_cast<int>(label)));
  }
}

std::span<float> Session::FilteredTurns(int row, LogitFilters filters,
                                        const std::vector<bool>* allowed,
                                        std::vector<float>& scratch) const {
  const auto turns = Logits(row);
  scratch.assign(turns.begin(), turns.end());
  FilterTurns(filters, allowed, scratch);
  return scratch;
}

template <class OnHead>
void Session::ForEachHead(int row, LogitFilters filters, std::vector<float>& scratch,
                          const OnHead& on_head, const std::vector<bool>* allowed) const {
  if (model_->codec->asks_in_turn()) {
    const std::span<float> turns = FilteredTurns(row, filters, allowed, scratch);
    TurnsToLogits(turns);
    return on_head(0, turns);
  }
  const auto logits = Logits(row);
  scratch.assign(logits.begin(), logits.end());
  size_t first = 0;
  const auto sizes = model_->codec->head_sizes();
  for (size_t head = 0; head < sizes.size(); ++head) {
    const std::span<float> values(scratch.data() + first, sizes[head]);
    if (allowed != nullptr) AllowAmong(PitchesOf(row, head), *allowed, values);
    std::optional<std::vector<bool>> members;  // the same to all filters
    for (const auto& filter : filters) {
      if (filter->wants_members()) {
        if (!members.has_value()) members = ChosenPitchesOf(row, head);
        filter->ApplyTo(values, *members);
      } else {
        filter->Apply(values);
      }
    }
    on_head(head, values);
    first += sizes[head];
  }
}

std::vector<float> Session::Distribution(int row, LogitFilters filters) const {
  std::vector<float> probabilities;
  ForEachHead(row, filters, probabilities,
              [](size_t, std::span<float> values) { Softmax(values, values); });
  return probabilities;
}

std::span<const float> Session::AttentionWeights(int row) const {
  MAGENTA_CHECK(!pending_ && row >= 0 && row < rows());
  for (const Block& block : blocks_) {
    const auto found = std::lower_bound(block.rows.begin(), block.rows.end(), row);
    if (found == block.rows.end() || *found != row) continue;
    const int place = static_cast<int>(found - block.rows.begin());
    return model_->network->AttentionWeights(*block.state, place);
  }
  return {};
}

Event Session::Sample(int row, LogitFilters filters, UniformSource& source, const EventMask* mask) {
  labels_.resize(model_->codec->head_sizes().size());
  if (const std::optional<Event> given = GivenNext(row)) {
    rows_[row].encoder->Labels(*given, labels_);
    return *given;
  }
  if (mask != nullptr) SetAllowed(row, *mask);
  if (model_->codec->asks_in_turn()) {
    const std::span<const float> turns =
        FilteredTurns(row, filters, mask == nullptr ? nullptr : &allowed_, scratch_);
    labels_[0] = DrawInTurn(turns, source);
    return rows_[row].encoder->Decode(labels_);
  }
  const auto draw = [&](size_t head, std::span<float> values) {
    Softmax(values, values);
    labels_[head] = DrawClass(values, source.Next());
  };
  ForEachHead(row, filters, scratch_, draw, mask == nullptr ? nullptr : &allowed_);
  return rows_[row].encoder->Decode(labels_);
}

float Session::LogProbability(int row, std::span<const int> labels, LogitFilters filters) {
  float sum = 0;
  ForEachHead(row, filters, scratch_, [&](size_t head, std::span<float> values) {
    sum += LogSoftmaxAt(values, labels[head]);
  });
  return sum;
}

float Session::LogProbabilityOf(int row, Event event, LogitFilters filters) {
  labels_.resize(model_->codec->head_sizes().size());
  rows_[row].encoder->Labels(event, labels_);
  return LogProbability(row, labels_, filters);
}

float Session::LogProbabilityByAnyClass(int row, Event event, LogitFilters filters) {
  if (model_->codec->head_sizes().size() > 1) return LogProbabilityOf(row, event, filters);
  std::vector<float> logs;
  ForEachHead(row, filters, scratch_, [&](size_t, std::span<float> values) {
    for (size_t label = 0; label < values.size(); ++label) {
      if (rows_[row].encoder->DecodeOne(static_cast<int>(label)) != event) continue;
      logs.push_back(LogSoftmaxAt(values, static_cast<int>(label)));
    }
  });
  // What all pieces begin with, and nothing else, may be an event of no class: it never follows.
  if (logs.empty()) return -std::numeric_limits<float>::infinity();
  const float largest = *std::max_element(logs.begin(), logs.end());
  if (std::isinf(largest)) return largest;
  float sum = 0;  // by the largest; exactly 1 where one class alone means the event
  for (const float log : logs) sum += std::exp(log - largest);
  return largest + std::log(sum);
}

Session Session::Select(std::span<const int> rows) const {
  Session selected(model_);
  const size_t n = model_->network->num_logits();
  for (int row : rows) {
    MAGENTA_CHECK(row >= 0 && row < this->rows());
    const Row& from = rows_[row];
    selected.rows_.push_back({from.encoder->Clone(), from.events, from.waits, from.motifs});
    selected.logits_.insert(selected.logits_.end(), logits_.begin() + row * n,
                            logits_.begin() + (row + 1) * n);
  }
  for (const Block& block : blocks_) {
    std::vector<int> places, chosen;
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto found = std::lower_bound(block.rows.begin(), block.rows.end(), rows[i]);
      if (found == block.rows.end() || *found != rows[i]) continue;
      places.push_back(static_cast<int>(found - block.rows.begin()));
      chosen.push_back(static_cast<int>(i));
    }
    if (!places.empty()) selected.blocks_.push_back({block.state->Select(places), chosen});
  }
  selected.parted_ =
      selected.blocks_.size() > 1 || std::any_of(selected.rows_.begin(), selected.rows_.end(),
                                                 [](const Row& row) { return row.waits; });
  selected.inputs_.resize(rows.size());
  selected.pending_ = pending_;
  return selected;
}

Session Session::Fork(int copies) const {
  std::vector<int> chosen;
  for (int copy = 0; copy < copies; ++copy) {
    for (int row = 0; row < rows(); ++row) chosen.push_back(row);
  }
  return Select(chosen);
}

}  // namespace magenta
