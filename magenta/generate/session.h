#pragma once
// A model going forward, event by event: what every way to make music with it is built on.
//
// A session holds several rows, independent sequences that step together: ten outputs, a beam, the
// players of a room. The rhythm is always Push (every row hears its next event), Step (the network
// takes it in), then Logits, Distribution or Sample (what may come next):
//
//   Session session(model, 1);
//   for (Event event : primer) { session.Push(event); session.Step(); }
//   Session ten = session.Fork(10);        // the primer was run once
//   for (...) { ten.Sample(filters, sources, drawn); push what was drawn; ten.Step(); }
//
// Where events last different times, rows that have come as far as they should wait for the
// others.
//
// Not thread-safe; two sessions of one model may run at the same time. The constructor, Fork and
// Select allocate; pushing, stepping and sampling one row do not once buffers have grown, unless
// pitches have a temperature of their own.

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "magenta/base/random.h"
#include "magenta/base/sparse_vector.h"
#include "magenta/generate/event_mask.h"
#include "magenta/generate/model.h"
#include "magenta/motifs/motif_memory.h"
#include "magenta/nn/sampler.h"

namespace magenta {

/// A chain of filters, applied in order.
using LogitFilters = std::span<const std::unique_ptr<LogitFilter>>;

class Session;

/// What StepTogether keeps from one call to the next. Used by one thread at a time.
struct StepBuffers {
  std::vector<SparseVector> inputs;
  std::vector<float> logits;
  std::vector<NetworkState*> states;
  std::unique_ptr<NetworkState> scratch;
};

/// Rows of one model going forward together; a value that moves and does not copy (Fork, Select).
class Session {
 public:
  /// `rows` (>= 1) empty sequences, all beside the same `control` (EventCodec::MakeControl; models
  /// without ignore it).
  Session(std::shared_ptr<const Model> model, int rows,
          const std::shared_ptr<const Control>& control = nullptr);
  Session(Session&&) = default;
  Session& operator=(Session&&) = default;

  int rows() const { return static_cast<int>(rows_.size()); }
  const Model& model() const { return *model_; }
  /// Everything that was pushed to row `row`.
  const std::vector<Event>& events(int row) const { return rows_[row].events; }

  /// From now on what each row has played says what may come next, beside the network
  /// (motifs/motif_memory.h): logits and all that is made of them are those of the mixture. For
  /// models of one head, before the first Push (checked). Those that are selected do so, too.
  void Adapt();

  /// Every row, none of which may wait, appends `event`. The event before must have been stepped
  /// (checked).
  void Push(Event event);
  /// Row i appends events[i]; that of a row that waits is not looked at.
  void Push(std::span<const Event> events);
  /// Row `row`, which has been stepped, takes no part in Push and Step, or does so again.
  void SetWaiting(int row, bool waits);
  bool waits(int row) const { return rows_[row].waits; }

  /// The network takes in what was pushed. Exactly once after each Push (checked).
  void Step();
  /// Step() for each of `sessions`, different ones of one model (checked), with each weight loaded
  /// once for all: the same bits as alone, for less. `buffers` must have been used for that model
  /// only.
  static void StepTogether(std::span<Session* const> sessions, StepBuffers& buffers);
  /// Whether an event was pushed that the network has not taken in.
  bool pending() const { return pending_; }
  /// Push and Step for each of `events`.
  void Prime(std::span<const Event> events);

  /// What the network said after the last Step, adapted where that is wanted: logits of all heads,
  /// one head after another; of a head whose classes are asked in turn, what nn/nade/turns.h takes.
  std::span<const float> Logits(int row) const;
  /// The probability of each label of row `row`, head after head, when `filters` are applied.
  std::vector<float> Distribution(int row, LogitFilters filters = {}) const;
  /// How much the last Step of row `row` looked back (Network::AttentionWeights): weight 0 is of
  /// the step before it, which read the last event but one. Empty of models without attention.
  /// Until the next Step.
  std::span<const float> AttentionWeights(int row) const;
  /// The next event of row `row`, where the control gives it (EventEncoder::Given).
  std::optional<Event> GivenNext(int row) const { return rows_[row].encoder->Given(); }
  /// Draws the next event of row `row`: one number from `source` a head (of one whose classes are
  /// asked in turn, a class that is asked), none where the event is given (GivenNext). Nothing is
  /// pushed. Events that `mask` doesn't allow have no probability, which goes to the pitches that
  /// it allows, before `filters` are applied; it is for models of one head (checked).
  Event Sample(int row, LogitFilters filters, UniformSource& source,
               const EventMask* mask = nullptr);
  /// The labels behind the last Sample(), one a head. Different labels may stand for one event
  /// ("D" and "as one bar ago").
  std::span<const int> sampled_labels() const { return labels_; }
  /// The natural logarithm (float32) of the probability of `labels` in row `row`.
  float LogProbability(int row, std::span<const int> labels, LogitFilters filters = {});
  /// The same for the labels that the codec gives `event`.
  float LogProbabilityOf(int row, Event event, LogitFilters filters = {});
  /// The same of all labels together that decode to `event`, which the codec accepts: of several
  /// heads one of each.
  float LogProbabilityByAnyClass(int row, Event event, LogitFilters filters = {});
  /// The event that `label` would stand for, were it drawn next in row `row`; for models of one
  /// head (checked).
  Event EventOf(int row, int label) const { return rows_[row].encoder->DecodeOne(label); }

  /// A session whose row i goes on from row `rows[i]` of this one.
  Session Select(std::span<const int> rows) const;
  /// All rows `copies` times over: 0 1 2 0 1 2 ...
  Session Fork(int copies) const;

 private:
  struct Row {
    std::unique_ptr<EventEncoder> encoder;
    std::vector<Event> events;
    bool waits = false;
    std::optional<MotifMemory> motifs = std::nullopt;  // where it adapts
  };
  /// Rows whose states stand together: all of them, until some wait while others go on.
  struct Block {
    std::unique_ptr<NetworkState> state;
    std::vector<int> rows;  // ascending
  };
  explicit Session(std::shared_ptr<const Model> model) : model_(std::move(model)) {}
  void Append(Row& row, Event event);
  /// What the network said of row `row` becomes what is said.
  void Mix(int row);
  /// Blocks in which some rows wait and some don't become two.
  void PartBlocks();
  /// Appends the states and inputs of the rows that go on to `buffers`, of which `rows` are used.
  void AppendStep(StepBuffers& buffers, size_t& rows);
  /// Takes the logits of those rows from `logits`; what lies behind them.
  const float* TakeStep(const float* logits);
  /// Which classes of `head` stand for a pitch, were they drawn next in row `row`.
  std::vector<bool> PitchesOf(int row, size_t head) const;
  /// Of these, members to filters that want them: of several voices, but for the pitch that the one
  /// whose turn it is would strike again. To stay is no choice of a pitch.
  std::vector<bool> ChosenPitchesOf(int row, size_t head) const;
  /// Which classes stand for an event that `mask` allows, were they drawn next in row `row`.
  void SetAllowed(int row, const EventMask& mask);
  /// Of a head whose classes are asked in turn, what the row's logits say after `filters`, which
  /// `allowed`, where it is not null, goes before; in `scratch`.
  std::span<float> FilteredTurns(int row, LogitFilters filters, const std::vector<bool>* allowed,
                                 std::vector<float>& scratch) const;
  /// `filters` applied to a copy of the row's logits, in scratch_, of which `allowed`, where it is
  /// not null, leaves some; calls on_head(head, logits) for each head.
  template <class OnHead>
  void ForEachHead(int row, LogitFilters filters, std::vector<float>& scratch,
                   const OnHead& on_head, const std::vector<bool>* allowed = nullptr) const;

  std::shared_ptr<const Model> model_;
  std::vector<Row> rows_;
  std::vector<Block> blocks_;
  bool parted_ = false;  // whether a row waits, or has waited
  StepBuffers buffers_;  // of a Step() whose rows stand in several blocks
  std::vector<SparseVector> inputs_;
  std::vector<float> logits_;
  std::vector<float> scratch_;
  std::vector<int> labels_;
  std::vector<bool> allowed_;  // of the last draw with a mask
  bool pending_ = false;
};

}  // namespace magenta
