// Rows are the outputs' beams one after another; one may have more rows than another. Everything
// that changes which rows there are is a Select of the session and of the scores.

#include "magenta/generate/beam_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>
#include <utility>

#include "magenta/base/check.h"

namespace magenta {

class BeamRun::Beams {
 public:
  Beams(const Session& primed, const BeamOptions& options, float primer_score,
        std::vector<UniformSource*> sources, std::vector<Segment> segments)
      : options_(options),
        sources_(std::move(sources)),
        segments_(std::move(segments)),
        kind_(*primed.model().spec->kind),
        session_(primed.Fork(static_cast<int>(sources_.size()) * EntriesOf(0))),
        scores_(session_.rows(), 0.0f),
        joins_(session_.rows(), 0.0f),
        left_(session_.rows(), 0),
        beneath_(session_.rows()),
        extra_(primer_score) {
    for (int row = 0; row < session_.rows(); ++row) beam_of_.push_back(row / EntriesOf(0));
    filters_ = DrawFilters(options.sampling);
    // What is improbable without the mask may be all that it leaves: top-k and the like say nothing
    // of it.
    drawn_score_ = options.mask.has_value() ? GivenScoreFilters(options.sampling)
                                            : DrawnScoreFilters(options.sampling);
    given_score_ = GivenScoreFilters(options.sampling);
    for (size_t i = 0; i < segments_.size(); ++i) {
      MAGENTA_CHECK(segments_[i].draw > 0 || !segments_[i].given.empty());
      MAGENTA_CHECK(segments_[i].round_events == 0 || sources_.size() == 1);
      if (segments_[i].draw > 0) last_drawn_ = i;
    }
    MAGENTA_CHECK(!options.ending.has_value() || segments_.back().draw > 0);
    BeginSegment();
  }

  bool done() const { return at_ == segments_.size(); }
  bool gives_next() { return !done() && segments_[at_].draw > 0 && BeneathOf(0) != nullptr; }
  Session& session() { return session_; }
  int64_t steps_done() const { return steps_before_ + steps_of_segment_; }

  void Advance() {
    MAGENTA_CHECK(!done() && !session_.pending());
    if (segments_[at_].draw > 0) {
      Draw();
    } else {
      Give();
    }
  }

  int outputs() const { return static_cast<int>(sources_.size()); }
  BeamResult Result(int beam) const {
    const int best = FirstOf(beam);
    return {session_.events(best), scores_[best]};
  }

 private:
  /// Whether the segment is drawn many times to choose an ending.
  bool ChoosesEnding(size_t segment) const {
    return options_.ending.has_value() && segment + 1 == segments_.size();
  }
  /// Entries of a beam with which a segment begins; where none is left to begin, the one that
  /// stays.
  int EntriesOf(size_t segment) const {
    return segment == segments_.size() || ChoosesEnding(segment) ? 1 : options_.beam_size;
  }

  void BeginSegment() {
    done_ = 0;
    if (done() || segments_[at_].draw == 0) return;
    std::fill(left_.begin(), left_.end(), segments_[at_].draw);
    std::fill(beneath_.begin(), beneath_.end(), BeneathPlace());
    BeginRound(segments_[at_].draw);
  }

  bool DrawsInRounds() const { return segments_[at_].round_events > 0; }

  /// Draws begin for `steps` steps: all of the segment, or what a round left.
  void BeginRound(int64_t steps) {
    constexpr double kWholeEvent = 1e-9;  // a product so little above a whole number is that
    const double events = segments_[at_].round_events * static_cast<double>(steps);
    const int64_t units =
        DrawsInRounds() ? static_cast<int64_t>(std::ceil(events - kWholeEvent)) : steps;
    round_end_ = done_ + units;
    iteration_end_ = done_ + (units - 1) % options_.steps_per_iteration + 1;
    branch_ = true;
  }

  /// Of a round the best entry goes on alone; where steps are left, into another one.
  void EndRound() {
    Keep(1, scores_);
    if (MostLeft() <= 0) return;
    Take(std::vector<int>(static_cast<size_t>(options_.beam_size), 0));
    BeginRound(MostLeft());
  }

  /// Whether a row has all steps of a segment that is drawn. Rounds are drawn to their ends.
  bool IsFull(int row) const { return !DrawsInRounds() && left_[row] == 0; }

  void EndSegment() {
    steps_before_ += std::exchange(steps_of_segment_, 0);
    ++at_;
    BeginSegment();
  }

  /// Those that have come to the segment's end wait while others go on.
  void SetWaiting() {
    for (int row = 0; row < session_.rows(); ++row) {
      const bool waits = segments_[at_].draw > 0 && IsFull(row);
      if (waits != session_.waits(row)) session_.SetWaiting(row, waits);
    }
  }

  /// One event for every entry that has steps left.
  void Draw() {
    SetWaiting();
    if (std::exchange(branch_, false)) {
      Branch();
      ended_.assign(session_.rows(), false);
    }
    if (GiveBeneath()) return;
    drawn_.resize(session_.rows());
    const float extra = std::exchange(extra_, 0.0f);
    const bool too_many = done_ >= kMostEventsPerStep * segments_[at_].draw;
    for (int row = 0; row < session_.rows(); ++row) {
      if (IsFull(row)) continue;
      drawn_[row] = EndsNow(row) ? EndingEvent(row, extra)
                    : too_many   ? Silence(row, extra)
                                 : DrawOne(row, extra);
      left_[row] -= kind_.StepsOf(drawn_[row]);
    }
    session_.Push(drawn_);
    ++done_;
    const bool is_whole = DrawsInRounds() ? done_ == round_end_ : MostLeft() == 0;
    if (is_whole && DrawsInRounds()) {
      EndRound();
    } else if (is_whole) {
      const bool given_follows = at_ + 1 < segments_.size() && segments_[at_ + 1].draw == 0;
      if (!given_follows) Keep(EntriesOf(at_ + 1), ChoosesEnding(at_) ? EndingChoice() : scores_);
    } else if (done_ == iteration_end_ && !ChoosesEnding(at_)) {
      Keep(options_.beam_size, scores_);
      iteration_end_ += options_.steps_per_iteration;
      branch_ = true;
    }
    const int64_t left = std::max<int64_t>(0, MostLeft());  // of those that were kept
    steps_of_segment_ = segments_[at_].draw - left;
    if (is_whole && left == 0) EndSegment();
  }

  /// The event that is given to a row on the step to which it has come, before it draws there; null
  /// where it draws.
  const Event* BeneathOf(int row) {
    const std::vector<std::vector<Event>>& beneath = segments_[at_].beneath;
    const auto step = static_cast<size_t>(segments_[at_].draw - left_[row]);
    if (IsFull(row) || step >= beneath.size()) return nullptr;
    BeneathPlace& place = beneath_[row];
    if (place.step != step) place = {step, 0};
    return place.next < beneath[step].size() ? &beneath[step][place.next] : nullptr;
  }

  /// Whether some row was given an event; then the others wait. Each goes on from its own step.
  bool GiveBeneath() {
    if (segments_[at_].beneath.empty()) return false;
    std::vector<const Event*> given(static_cast<size_t>(session_.rows()));
    for (int row = 0; row < session_.rows(); ++row) given[row] = BeneathOf(row);
    if (std::all_of(given.begin(), given.end(), [](const Event* e) { return e == nullptr; })) {
      return false;
    }
    drawn_.resize(session_.rows());
    const float extra = std::exchange(extra_, 0.0f);
    for (int row = 0; row < session_.rows(); ++row) {
      scores_[row] += extra;
      if (given[row] == nullptr) {
        if (!session_.waits(row)) session_.SetWaiting(row, true);
        continue;
      }
      drawn_[row] = *given[row];
      MAGENTA_CHECK(kind_.StepsOf(drawn_[row]) == 0);
      scores_[row] += session_.LogProbabilityOf(row, drawn_[row], given_score_);
      ++beneath_[row].next;
    }
    session_.Push(drawn_);
    return true;
  }

  /// The event of a row, its probability in the score; so is `extra`.
  Event DrawOne(int row, float extra) {
    const EventMask* mask = options_.mask.has_value() ? &*options_.mask : nullptr;
    const Event drawn = session_.Sample(row, filters_, *sources_[beam_of_[row]], mask);
    scores_[row] += extra + session_.LogProbability(row, session_.sampled_labels(), drawn_score_);
    return ShortenedTo(FreeSteps(row), drawn);
  }

  Event ShortenedTo(int64_t steps, Event event) const {
    return kind_.StepsOf(event) > steps ? kind_.CutTo(event, steps) : event;
  }

  /// What stands on steps that a row has drawn too many events to come to; given, not drawn.
  Event Silence(int row, float extra) {
    const Event silence = ShortenedTo(FreeSteps(row), session_.model().codec->default_event());
    MAGENTA_CHECK(kind_.StepsOf(silence) > 0);
    scores_[row] += extra + session_.LogProbabilityOf(row, silence, given_score_);
    return silence;
  }

  int64_t MostLeft() const { return *std::max_element(left_.begin(), left_.end()); }

  /// The next given event, for every entry.
  void Give() {
    SetWaiting();
    const std::vector<Event>& given = segments_[at_].given;
    drawn_.resize(session_.rows());
    const float extra = std::exchange(extra_, 0.0f);
    const Event event = given[done_];
    for (int row = 0; row < session_.rows(); ++row) {
      drawn_[row] = done_ == 0 ? kind_.Resume(session_.events(row), event) : event;
      const float found = session_.LogProbabilityOf(row, drawn_[row], given_score_);
      scores_[row] += extra + found;
      joins_[row] += found;
    }
    session_.Push(drawn_);
    ++done_;
    steps_of_segment_ += kind_.StepsOf(event);
    const bool whole = done_ == static_cast<int64_t>(given.size());
    if (done_ == kRescoreEvents || (whole && done_ < kRescoreEvents)) {
      Keep(at_ > last_drawn_ ? 1 : options_.beam_size, joins_);
    }
    if (whole) {
      std::fill(joins_.begin(), joins_.end(), 0.0f);
      EndSegment();
    }
  }

  /// Steps that a row may still draw: up to the segment's end, or to where its last note begins.
  int64_t FreeSteps(int row) const {
    if (DrawsInRounds()) return std::numeric_limits<int64_t>::max();
    if (!ChoosesEnding(at_)) return left_[row];
    const std::vector<int64_t>& onsets = options_.ending->onsets();
    const auto future = static_cast<size_t>(row - FirstOf(beam_of_[row]));
    return onsets[future % onsets.size()] - (segments_[at_].draw - left_[row]);
  }
  /// Whether what is left of a row is given: its last note, or the time for which it sounds.
  bool EndsNow(int row) const { return ChoosesEnding(at_) && FreeSteps(row) <= 0; }

  /// The most probable event that strikes `tonic` and may be drawn; nothing where none may.
  std::optional<Event> LikeliestLastNote(int row, std::optional<int> tonic) const {
    const std::vector<float> probabilities = session_.Distribution(row, given_score_);
    std::optional<Event> likeliest;
    float highest = -1;
    for (size_t label = 0; label < probabilities.size(); ++label) {
      const Event event = session_.EventOf(row, static_cast<int>(label));
      const bool allowed = !options_.mask.has_value() || options_.mask->Allows(event);
      const bool fits =
          tonic.has_value() ? options_.ending->Strikes(event, *tonic) : kind_.IsPitch(event);
      if (!allowed || !fits || probabilities[label] <= highest) continue;
      highest = probabilities[label];
      likeliest = event;
    }
    return likeliest;
  }

  /// What is given from the last note of a row on: it, then nothing new.
  Event EndingEvent(int row, float extra) {
    Event event = ShortenedTo(left_[row], session_.model().codec->default_event());
    if (!ended_[row]) {
      const int tonic = options_.ending->TonicOf(session_.events(row));
      const auto note = LikeliestLastNote(row, tonic);
      event = note.has_value() ? *note : LikeliestLastNote(row, std::nullopt).value_or(event);
      ended_[row] = true;
    }
    const float found = session_.LogProbabilityOf(row, event, given_score_);
    scores_[row] += extra + found;
    joins_[row] += found;
    return event;
  }

  /// 1 for the future of each beam that stays, 0 for the others.
  std::vector<float> EndingChoice() {
    if (options_.sampling.temperature == 0) return joins_;
    std::vector<float> chosen(joins_.size(), 0.0f);
    for (int beam = 0; beam < outputs(); ++beam) {
      std::vector<float> chances;
      for (int row = FirstOf(beam); row < FirstOf(beam + 1); ++row) {
        chances.push_back(std::max(std::numeric_limits<float>::lowest(), joins_[row]));
      }
      Softmax(chances, chances);
      chosen[FirstOf(beam) + DrawClass(chances, sources_[beam]->Next())] = 1;
    }
    return chosen;
  }

  /// Every beam `branch_factor` times over, or as often as there are futures; of an entry that has
  /// nothing left to draw there is one continuation, itself.
  void Branch() {
    const int copies = ChoosesEnding(at_) ? kEndingFutures : options_.branch_factor;
    if (copies == 1) return;
    std::vector<int> chosen;
    for (int beam = 0; beam < outputs(); ++beam) {
      for (int i = 0; i < copies; ++i) {
        for (int row = FirstOf(beam); row < FirstOf(beam + 1); ++row) {
          if (i == 0 || !IsFull(row)) chosen.push_back(row);
        }
      }
    }
    Take(chosen);
  }

  /// The `count` best of each beam by `scores`, best first, the earlier ones on ties.
  void Keep(int count, const std::vector<float>& scores) {
    if (session_.rows() == outputs()) return;
    std::vector<int> chosen;
    for (int beam = 0; beam < outputs(); ++beam) {
      std::vector<int> order(FirstOf(beam + 1) - FirstOf(beam));
      std::iota(order.begin(), order.end(), FirstOf(beam));
      std::stable_sort(order.begin(), order.end(),
                       [&scores](int a, int b) { return scores[a] > scores[b]; });
      order.resize(std::min(order.size(), static_cast<size_t>(count)));
      chosen.insert(chosen.end(), order.begin(), order.end());
    }
    Take(chosen);
  }

  /// The first row of a beam, or of the one that would follow the last.
  int FirstOf(int beam) const {
    return static_cast<int>(std::ranges::lower_bound(beam_of_, beam) - beam_of_.begin());
  }

  void Take(const std::vector<int>& rows) {
    session_ = session_.Select(rows);
    const auto take = [&rows](auto& values) {
      std::remove_reference_t<decltype(values)> taken;
      taken.reserve(rows.size());
      for (int row : rows) taken.push_back(values[row]);
      values = std::move(taken);
    };
    take(scores_);
    take(joins_);
    take(left_);
    take(beneath_);
    take(beam_of_);
  }

  const BeamOptions options_;
  std::vector<UniformSource*> sources_;
  std::vector<Segment> segments_;
  const MusicKind& kind_;
  FilterChain filters_, drawn_score_, given_score_;
  Session session_;
  std::vector<float> scores_;
  std::vector<float> joins_;   // of what was given since the last draw
  std::vector<int64_t> left_;  // steps of the segment that each entry has still to draw
  struct BeneathPlace {
    size_t step = std::numeric_limits<size_t>::max();
    size_t next = 0;
  };
  std::vector<BeneathPlace> beneath_;  // the next event that each is given on its step
  std::vector<bool> ended_;   // of an ending, whether each entry's last note has been given
  std::vector<int> beam_of_;  // whose entry each row is; ascending
  std::vector<Event> drawn_;
  float extra_;
  size_t at_ = 0;          // the segment
  size_t last_drawn_ = 0;  // the last segment that is drawn
  int64_t done_ = 0;       // events of the segment
  int64_t iteration_end_ = 0;
  int64_t round_end_ = 0;  // of rounds alone
  bool branch_ = false;
  int64_t steps_before_ = 0;      // of the segments before
  int64_t steps_of_segment_ = 0;  // that every entry has
};

BeamRun::BeamRun(const Session& primed, const BeamOptions& options, float primer_score,
                 std::vector<UniformSource*> sources, std::vector<Segment> segments) {
  MAGENTA_CHECK(primed.rows() == 1 && !primed.pending() && !segments.empty());
  MAGENTA_CHECK(options.beam_size >= 1 && options.branch_factor >= 1);
  MAGENTA_CHECK(options.steps_per_iteration >= 1);
  beams_ = std::make_unique<Beams>(primed, options, primer_score, std::move(sources),
                                   std::move(segments));
}

BeamRun::BeamRun(BeamRun&&) noexcept = default;
BeamRun& BeamRun::operator=(BeamRun&&) noexcept = default;
BeamRun::~BeamRun() = default;

bool BeamRun::done() const { return beams_->done(); }
bool BeamRun::gives_next() const { return beams_->gives_next(); }
Session& BeamRun::session() { return beams_->session(); }
void BeamRun::Advance() { beams_->Advance(); }
int64_t BeamRun::steps_done() const { return beams_->steps_done(); }

std::vector<BeamResult> BeamRun::Results() const {
  std::vector<BeamResult> results;
  results.reserve(static_cast<size_t>(beams_->outputs()));
  for (int beam = 0; beam < beams_->outputs(); ++beam) results.push_back(beams_->Result(beam));
  return results;
}

std::vector<BeamResult> BeamSearch(const Session& primed, const BeamOptions& options,
                                   float primer_score, std::span<UniformSource* const> sources) {
  MAGENTA_CHECK(options.num_steps >= 1);
  BeamRun run(primed, options, primer_score, {sources.begin(), sources.end()},
              {{options.num_steps, {}}});
  while (!run.done()) {
    if (run.session().pending()) run.session().Step();
    run.Advance();
  }
  return run.Results();
}

}  // namespace magenta
