#pragma once
// A piece of several voices that is made while it is played: moment by moment it is decided what
// voices do, some of it given, the rest drawn; what may follow is drawn ahead of it, and thrown
// away where something else happens.
//
// All voices are open on its sheet (music/score/sheet.h). Time is in its ticks.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "magenta/base/random.h"
#include "magenta/generate/event_mask.h"
#include "magenta/generate/session.h"
#include "magenta/music/score/sheet.h"
#include "magenta/nn/sampling.h"

namespace magenta {

/// Not thread-safe. Between Begin and Clear, but for what says otherwise.
class OngoingPiece {
 public:
  /// What voices do at a tick.
  struct Moment {
    int64_t tick = 0;
    std::vector<Event> symbols;  // of each voice, as music/score/moment_history.h has them
  };
  /// What is given of a moment, voice by voice; nothing: it is drawn.
  using Known = std::vector<std::optional<Event>>;
  /// What was heard, up to a moment.
  struct Head {
    Session session;
    /// Of its last moment; -1: there is none.
    int64_t tick = -1;
  };

  /// For a model of several parts; `voices` from high to low. What is drawn of all but the first
  /// one, `mask` allows.
  OngoingPiece(std::shared_ptr<const Model> model, std::vector<VoiceRole> voices,
               const Sampling& sampling, std::optional<EventMask> mask, uint32_t seed);

  /// At any time; from the next draw on.
  void SetTemperature(double temperature);

  /// Begins anew, without a moment.
  void Begin(const SheetMeter& meter);
  void Clear();
  bool begun() const { return now_.has_value(); }

  /// Of the last moment; -1: there is none.
  int64_t tick() const { return now_->tick; }
  const Moment& last() const { return heard_.back(); }
  /// The moment at `tick`, the last one (anew) or a later one: what is `known`, the rest drawn.
  const Moment& Decide(int64_t tick, const Known& known);

  /// Where it stands, to look ahead from.
  Head Fork() const { return {now_->session.Fork(1), now_->tick}; }
  /// A moment that may follow, at least `least` ticks after `head`, which goes on to it.
  Moment DrawNext(Head& head, int64_t least);

  /// Of more than `most` ticks the last `kept` become a piece of their own. That is heard moment by
  /// moment, one a call, while this one goes on, so that no call takes long. Nothing: there is
  /// nothing to do. Else by how many ticks less all ticks are now, those of heads, too: 0 until it
  /// is done.
  std::optional<int64_t> Shorten(int64_t most, int64_t kept);

 private:
  /// What this one will be.
  struct Younger {
    Sheet sheet;
    Head head;
    int64_t first = 0;  // tick that will be 0
    size_t heard = 0;   // moments of heard_
  };

  Head NewHead(const Sheet& sheet) const;
  void Advance(Head& head, int64_t tick) const;
  Moment DrawMoment(Head& head, const Known& known);
  Event DrawTime(const Head& head, int64_t least);
  void BeginYounger(int64_t from);
  void Hear(Head& head, const Moment& moment, int64_t tick);
  int64_t BecomeYounger();

  const std::shared_ptr<const Model> model_;
  const std::vector<VoiceRole> voices_;
  Sampling sampling_;
  const std::optional<EventMask> mask_;
  FilterChain filters_;
  SeededUniform source_;

  Sheet sheet_;
  std::optional<Head> now_;
  std::optional<Session> before_;  // the last moment
  std::deque<Moment> heard_;
  std::optional<Younger> younger_;
};

}  // namespace magenta
