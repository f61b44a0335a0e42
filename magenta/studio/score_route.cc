#include "magenta/studio/score_route.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numbers>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/generate/likelihood.h"
#include "magenta/music/parts.h"
#include "magenta/request/section.h"
#include "magenta/serve/http_body.h"

namespace magenta {
namespace {

using Query = std::map<std::string, std::string>;

constexpr std::string_view kGenerators = "/v1/generators/";
constexpr std::string_view kScoreVerb = ":score";
constexpr char kPart[] = "part";  // the parameters
constexpr char kAdapt[] = "adapt";
constexpr char kFill[] = "fill";
constexpr char kGiven[] = "given";
constexpr char kHideAfter[] = "hide_after";

/// JSON has no infinity.
std::string NumberText(double number) {
  return std::isfinite(number) ? fmt::format("{}", number) : "null";
}

/// `items`, which are JSON, as an array.
template <typename Items, typename Text>
std::string ArrayText(const Items& items, const Text& text) {
  std::string array = "[";
  for (const auto& item : items) {
    if (array.size() > 1) array += ',';
    array += text(item);
  }
  return array + "]";
}

/// What is said of a piece.
std::string ScoreText(const std::string& id, const Model& model,
                      const std::vector<ScoredPart>& parts, std::vector<std::string> remarks) {
  double log_likelihood = 0;
  Information all;
  std::vector<std::string> events;
  for (const ScoredPart& part : parts) {
    log_likelihood += part.likelihood.total;
    all.Add(part.likelihood.information);
    for (const std::string& remark : part.heard.notes) {
      if (std::find(remarks.begin(), remarks.end(), remark) == remarks.end()) {
        remarks.push_back(remark);
      }
    }
    const std::vector<ScoredEvent> scored = EventsOf(model, part);
    for (size_t i = 0; i < scored.size(); ++i) {
      const ScoredEvent& event = scored[i];
      events.push_back(fmt::format(
          R"({{"time":{},"endTime":{},"step":{},"voice":{},"event":"{}","pitches":{},"bits":{})",
          NumberText(event.time), NumberText(event.end_time), event.step, event.voice,
          event.effect.name,
          ArrayText(event.effect.pitches, [](int pitch) { return fmt::format("{}", pitch); }),
          NumberText(event.bits)));
      if (!part.likelihood.expected.empty()) {
        events.back() += ",\"distribution\":{" + JsonMembersOf(part.likelihood.expected[i]) + "}";
      }
      events.back() += "}";
    }
  }
  const double bits = all.bits();
  const double per_note = bits / static_cast<double>(all.notes);  // none: no number
  return fmt::format(
      R"({{"model":{},"logLikelihood":{},"bits":{},"bitsPerNote":{},"notes":{},"events":{}}})",
      JsonText(id), NumberText(log_likelihood), NumberText(bits), NumberText(per_note),
      JsonText(remarks),
      ArrayText(events, [](const std::string& event) -> const std::string& { return event; }));
}

class ScoreRoute final : public StudioRoute {
 public:
  explicit ScoreRoute(const StudioParts& parts)
      : service_(parts.service), most_at_once_(std::max(1, parts.options.threads / 2)) {}

  bool Owns(const std::string& path) const override {
    return path.starts_with(kGenerators) && path.ends_with(kScoreVerb);
  }

  void Answer(StudioRequest request) override {
    if (!request.Takes({"POST"})) return;
    if (!IsReadable(request.http.content_type)) {
      return request.SendError(
          UsageError("the content type " + HeaderText(request.http.content_type) + " is not taken",
                     ReadableTypes() + " are"),
          415);
    }
    const Clock::time_point start = Clock::now();
    const auto text = ScoreInTurn(request, start);
    const std::chrono::duration<double> took = Clock::now() - start;
    service_.metrics().CountRequest(Wire::kHttp, text.status().code(), took.count());
    if (!text.ok()) return request.SendError(text.status());
    request.ticket->Hold(service_.metrics().held_bytes, static_cast<int64_t>(text->size()));
    request.SendJson(*text);
  }

  std::string Paths() const override {
    return R"json({
"/v1/generators/{id}:score": {"post": {
  "summary": "How much each event of a piece surprises the model: the figures of `magenta score`",
  "parameters": [{"$ref": "#/components/parameters/id"}, {"name": "part", "in": "query", "schema": {"type": "string"}, "description": "The part that is scored, by number or name; without it the one that is the melody. Of a book of tunes X: or title (5/2: part 2 of tune 5)"}, {"$ref": "#/components/parameters/tune"}, {"name": "distributions", "in": "query", "schema": {"type": "integer", "enum": [0, 1], "default": 0}, "description": "Whether each event has what was expected instead"}, {"$ref": "#/components/parameters/adapt"}, {"name": "fill", "in": "query", "schema": {"type": "string"}, "description": "Of models of several parts: the notes of these bars alone, given everything else: BARS or BARS:PARTS, several by commas (5-8:alto+tenor; a + is %2B in a query)"}, {"name": "given", "in": "query", "schema": {"type": "string"}, "description": "Of models of several parts: the notes of all parts but these, given these, by numbers or names, several by + (%2B in a query)"}, {"name": "hide_after", "in": "query", "schema": {"type": "integer", "enum": [0, 1], "default": 0}, "description": "Whether what comes after the bars of fill is not heard"}],
  "requestBody": {"$ref": "#/components/requestBodies/Request"},
  "responses": {
    "200": {"description": "Minus the logarithms to the base 2 of the probability of each event but the first, and their sum", "content": {"application/json": {"schema": {"type": "object", "properties": {"model": {"type": "string"}, "logLikelihood": {"type": "number"}, "bits": {"type": "number"}, "bitsPerNote": {"type": "number", "nullable": true}, "notes": {"type": "array", "items": {"type": "string"}}, "events": {"type": "array", "items": {"type": "object", "properties": {"time": {"type": "number", "description": "seconds"}, "endTime": {"type": "number"}, "step": {"type": "integer"}, "voice": {"type": "integer", "description": "Of models of several parts whose it is, from 1, from high to low; 0: nobody's, time goes on"}, "event": {"type": "string", "description": "C4, C2+D2, hold, rest"}, "pitches": {"type": "array", "items": {"type": "integer"}}, "bits": {"type": "number"}, "distribution": {"type": "object", "properties": {"pitches": {"type": "object", "additionalProperties": {"type": "number"}}, "hold": {"type": "number"}, "rest": {"type": "number"}, "attention": {"type": "array", "items": {"type": "number"}, "description": "Of models with attention alone: how much each earlier event was looked back at, the last but one before this one first, then back; they sum to 1. Those that would lie before the first event are of nothing"}}}}}}}}}}},
    "default": {"$ref": "#/components/responses/Error"}}}}
})json";
  }

  void Stop() override { stop_ = true; }

 private:
  /// How many there are at a time, this one counted.
  struct Counted {
    explicit Counted(std::atomic<int>& all) : all(all), count(++all) {}
    ~Counted() { --all; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    std::atomic<int>& all;
    const int count;
  };

  /// Its place is another's again before its answer goes.
  absl::StatusOr<std::string> ScoreInTurn(StudioRequest& request, Clock::time_point start) {
    // Some threads must stay for those who wait for a page.
    const Counted counted(at_once_);
    if (counted.count > most_at_once_) return BusyError("other pieces are being scored");
    return Score(request, start);
  }

  absl::StatusOr<std::string> Score(StudioRequest& request, Clock::time_point start) {
    const ServeOptions& options = service_.options();
    const std::string id = request.target.id == "default" ? "" : request.target.id;
    MAGENTA_ASSIGN_OR_RETURN(const auto model, service_.FindGenerator(id));
    auto& query = request.target.query;
    MAGENTA_ASSIGN_OR_RETURN(BodyReading reading,
                             ReadMusicOfBody(request.http.content_type, request.http.body, query,
                                             kPart, FileLimitsOf(options), *model));
    request.http.body = std::string();
    MAGENTA_RETURN_IF_ERROR(CheckNoArguments(reading.request));
    NoteSequence& music = *reading.request.mutable_input_sequence();
    MAGENTA_RETURN_IF_ERROR(service_.CheckInput(music));
    MAGENTA_RETURN_IF_ERROR(CheckAccompaniment(music));
    // A message may leave the end to its notes.
    double end = music.total_time();
    for (const auto& note : music.notes()) end = std::max(end, note.end_time());
    music.set_total_time(end);
    ScoreOptions score;
    if (auto part = query.extract(kPart); !part.empty()) {
      MAGENTA_ASSIGN_OR_RETURN(const Part found, FindPart(PartsOf(music), part.mapped(), kPart));
      score.instrument = found.instrument;
    }
    MAGENTA_ASSIGN_OR_RETURN(score.adapt, TakeSwitch(query, kAdapt));
    MAGENTA_ASSIGN_OR_RETURN(const auto gap, TakeGap(query));
    query.erase("tune");
    if (!query.empty()) {
      return UsageError("score has no parameter " + HeaderText(query.begin()->first),
                        "It has part, tune, adapt, distributions, fill, given and hide_after");
    }
    if (gap.has_value() && (score.instrument.has_value() || reading.distributions)) {
      return UsageError("fill and given score notes beside all others, without distributions",
                        "Leave part and distributions out; fill=BARS:PARTS takes parts");
    }
    score.distributions = reading.distributions;
    score.max_steps = options.max_steps;
    const auto deadline = start + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(options.max_seconds));
    score.check = [this, deadline, ticket = request.ticket] { return EndOf(*ticket, deadline); };
    const auto parts = gap.has_value() ? ScoreOfGap(model, music, *gap, score)
                                       : ScoreSequence(model, std::move(music), score);
    if (absl::IsOutOfRange(parts.status())) {
      return WithRemedy(parts.status(), "Send a longer piece, or choose another part");
    }
    MAGENTA_RETURN_IF_ERROR(parts.status());
    return ScoreText(id.empty() ? model->id : id, *model, *parts, std::move(reading.notes));
  }

  static absl::StatusOr<bool> TakeSwitch(Query& query, const char* name) {
    const auto given = query.extract(name);
    if (given.empty()) return false;
    if (given.mapped() == "0" || given.mapped() == "1") return given.mapped() == "1";
    return UsageError(fmt::format("{} is '{}'", name, HeaderText(given.mapped())), "Give 0 or 1");
  }

  /// Which notes are scored given all others, where the query says so.
  static absl::StatusOr<std::optional<GapOptions>> TakeGap(Query& query) {
    GapOptions gap;
    if (auto fill = query.extract(kFill); !fill.empty()) gap.fill = std::move(fill.mapped());
    if (auto given = query.extract(kGiven); !given.empty()) gap.given = std::move(given.mapped());
    MAGENTA_ASSIGN_OR_RETURN(gap.hides_after, TakeSwitch(query, kHideAfter));
    if (!gap.fill.empty() || !gap.given.empty()) return gap;
    if (!gap.hides_after) return std::nullopt;
    return UsageError("hide_after hides what comes after the bars of fill, and none are given",
                      "Give fill, or leave it out");
  }

  static absl::StatusOr<std::vector<ScoredPart>> ScoreOfGap(
      const std::shared_ptr<const Model>& model, const NoteSequence& music, GapOptions gap,
      const ScoreOptions& options) {
    gap.adapt = options.adapt;
    gap.max_steps = options.max_steps;
    gap.check = options.check;
    MAGENTA_ASSIGN_OR_RETURN(ScoredPart part, ScoreGap(model, music, gap));
    return std::vector<ScoredPart>{std::move(part)};
  }

  /// What a message asks for drawing says nothing here.
  static absl::Status CheckNoArguments(const GenerateSequenceRequest& request) {
    const auto& args = request.generator_options().args();
    if (args.empty()) return absl::OkStatus();
    const auto first = std::min_element(
        args.begin(), args.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return UsageError(
        "score takes no argument " + HeaderText(first->first),
        "Leave it out; part, tune, adapt, distributions, fill, given and hide_after are "
        "parameters");
  }

  /// Why nobody waits any more, if so.
  absl::Status EndOf(const Ticket& ticket, Clock::time_point deadline) const {
    if (ticket.cancelled()) return absl::CancelledError("the client has gone");
    if (stop_) return absl::UnavailableError("the server ends");
    if (Clock::now() < deadline) return absl::OkStatus();
    return absl::DeadlineExceededError("the piece took longer than the server allows");
  }

  GeneratorService& service_;
  const int most_at_once_;
  std::atomic<int> at_once_{0};
  std::atomic<bool> stop_{false};
};

}  // namespace

std::unique_ptr<StudioRoute> NewScoreRoute(const StudioParts& parts) {
  return std::make_unique<ScoreRoute>(parts);
}

}  // namespace magenta
