#include "magenta/generate/session.h"

#include <algorithm>
#include <utility>

#include "magenta/base/check.h"

namespace magenta {

Session::Session(std::shared_ptr<const Model> model, int rows,
                 const std::shared_ptr<const Control>& control)
    : Session(std::move(model)) {
  MAGENTA_CHECK(rows >= 1);
  for (int i = 0; i < rows; ++i) rows_.push_back({model_->codec->NewEncoder(control), {}});
  state_ = model_->network->NewState(rows);
  inputs_.resize(rows);
  logits_.resize(static_cast<size_t>(rows) * model_->network->num_logits());
}

void Session::Hear(Row& row, Event event) {
  row.encoder->Push(event);
  row.events.push_back(event);
}

void Session::Push(Event event) {
  MAGENTA_CHECK(!pending_);
  for (Row& row : rows_) Hear(row, event);
  pending_ = true;
}

void Session::Push(std::span<const Event> events) {
  MAGENTA_CHECK(!pending_ && events.size() == rows_.size());
  for (size_t i = 0; i < rows_.size(); ++i) Hear(rows_[i], events[i]);
  pending_ = true;
}

void Session::Step() {
  MAGENTA_CHECK(pending_);
  for (size_t i = 0; i < rows_.size(); ++i) rows_[i].encoder->Input(inputs_[i]);
  model_->network->Step(*state_, inputs_, logits_);
  pending_ = false;
}

void Session::StepTogether(std::span<Session* const> sessions, StepBuffers& buffers) {
  if (sessions.empty()) return;
  const Network& network = *sessions[0]->model_->network;
  const size_t width = network.num_logits();
  size_t rows = 0;
  buffers.states.clear();
  for (Session* session : sessions) {
    MAGENTA_CHECK(session->pending_ && session->model_->network.get() == &network);
    buffers.states.push_back(session->state_.get());
    buffers.inputs.resize(std::max(buffers.inputs.size(), rows + session->rows_.size()));
    for (Row& row : session->rows_) row.encoder->Input(buffers.inputs[rows++]);
  }
  buffers.logits.resize(std::max(buffers.logits.size(), rows * width));
  network.StepAll(buffers.states, {buffers.inputs.data(), rows},
                  {buffers.logits.data(), rows * width}, buffers.scratch);
  const float* from = buffers.logits.data();
  for (Session* session : sessions) {
    session->logits_.assign(from, from + session->rows_.size() * width);
    from += session->rows_.size() * width;
    session->pending_ = false;
  }
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
  const auto sizes = model_->network->head_sizes();
  std::vector<bool> members(sizes[head], false);
  if (sizes.size() != 1) return members;  // there no class stands for an event alone
  const MusicKind& kind = *model_->spec->kind;
  for (size_t label = 0; label < members.size(); ++label) {
    members[label] = kind.IsPitch(rows_[row].encoder->DecodeOne(static_cast<int>(label)));
  }
  return members;
}

template <class OnHead>
void Session::ForEachHead(int row, LogitFilters filters, std::vector<float>& scratch,
                          const OnHead& on_head) const {
  const auto logits = Logits(row);
  scratch.assign(logits.begin(), logits.end());
  size_t first = 0;
  const auto sizes = model_->network->head_sizes();
  for (size_t head = 0; head < sizes.size(); ++head) {
    const std::span<float> values(scratch.data() + first, sizes[head]);
    for (const auto& filter : filters) {
      if (filter->wants_members()) {
        filter->ApplyTo(values, PitchesOf(row, head));
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

Event Session::Sample(int row, LogitFilters filters, UniformSource& source) {
  labels_.resize(model_->network->head_sizes().size());
  ForEachHead(row, filters, scratch_, [&](size_t head, std::span<float> values) {
    Softmax(values, values);
    labels_[head] = DrawClass(values, source.Next());
  });
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
  labels_.resize(model_->network->head_sizes().size());
  rows_[row].encoder->Labels(event, labels_);
  return LogProbability(row, labels_, filters);
}

Session Session::Select(std::span<const int> rows) const {
  Session selected(model_);
  const size_t n = model_->network->num_logits();
  for (int row : rows) {
    MAGENTA_CHECK(row >= 0 && row < this->rows());
    selected.rows_.push_back({rows_[row].encoder->Clone(), rows_[row].events});
    selected.logits_.insert(selected.logits_.end(), logits_.begin() + row * n,
                            logits_.begin() + (row + 1) * n);
  }
  selected.state_ = state_->Select(rows);
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
