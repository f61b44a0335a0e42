#include "magenta/serve/generator_service.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/generate/generator_details.h"

namespace magenta {

namespace {

/// An upper bound, or nearly the number, of the bytes of memory that `request` takes.
int64_t MemoryOf(const GenerateSequenceRequest& request) {
  // Counting is slow, and a byte of a message takes at most some 60: an empty note is two.
  constexpr size_t kSmall = 4096, kMost = 64;
  const size_t bytes = request.ByteSizeLong();
  return static_cast<int64_t>(bytes <= kSmall ? bytes * kMost : request.SpaceUsedLong());
}

int64_t MemoryOf(const NoteSequence& answer) {
  constexpr int64_t kNote = sizeof(NoteSequence::Note) + 2 * sizeof(void*);
  return static_cast<int64_t>(sizeof(answer)) + answer.notes_size() * kNote;
}

}  // namespace

GeneratorService::GeneratorService(std::vector<std::shared_ptr<const Model>> models,
                                   const ServeOptions& options)
    : options_(options), renderer_(options_, metrics_), scheduler_(options_, metrics_) {
  MAGENTA_CHECK(!models.empty());
  std::set<std::string> ids;
  for (auto& model : models) {
    std::string id = model->id;
    for (int i = 2; !ids.insert(id).second; ++i) id = fmt::format("{}-{}", model->id, i);
    generators_.push_back(Called(std::move(model), id));
  }
}

GeneratorService::Generator GeneratorService::Called(std::shared_ptr<const Model> model,
                                                     const std::string& id) {
  Generator generator = {std::move(model), {}};
  generator.details = DetailsOf(*generator.model);
  generator.details.set_id(id);
  return generator;
}

ListGeneratorsResponse GeneratorService::ListGenerators() const {
  const std::lock_guard lock(mutex_);
  ListGeneratorsResponse list;
  for (const Generator& generator : generators_) *list.add_generators() = generator.details;
  return list;
}

/// Where the generator of `id` stands; "": the first. Locked.
absl::StatusOr<size_t> GeneratorService::PlaceOf(const std::string& id) const {
  if (id.empty()) return size_t{0};
  std::string ids;
  for (size_t i = 0; i < generators_.size(); ++i) {
    const std::string& known = generators_[i].details.id();
    if (known == id) return i;
    ids += (ids.empty() ? "" : ", ") + known;
  }
  return MissingInputError("", fmt::format("there is no generator '{}' here", HeaderText(id)),
                           "The generators are " + ids);
}

absl::StatusOr<std::shared_ptr<const Model>> GeneratorService::FindGenerator(
    const std::string& id) const {
  const std::lock_guard lock(mutex_);
  MAGENTA_ASSIGN_OR_RETURN(const size_t place, PlaceOf(id));
  return generators_[place].model;
}

absl::Status GeneratorService::AddGenerator(std::shared_ptr<const Model> model,
                                            const std::string& id) {
  Generator generator = Called(std::move(model), id);
  const std::lock_guard lock(mutex_);
  if (id.empty() || PlaceOf(id).ok()) {
    return absl::AlreadyExistsError(fmt::format("there is a generator '{}' already", id));
  }
  generators_.push_back(std::move(generator));
  return absl::OkStatus();
}

absl::Status GeneratorService::RemoveGenerator(const std::string& id) {
  std::shared_ptr<const Model> last_use;  // ends unlocked: a network is much to free
  const std::lock_guard lock(mutex_);
  if (id.empty()) return UsageError("no generator is named");
  MAGENTA_ASSIGN_OR_RETURN(const size_t place, PlaceOf(id));
  if (generators_.size() == 1) {
    return SequenceError(fmt::format("'{}' is the only generator here", id),
                         "Add another one first");
  }
  last_use = std::move(generators_[place].model);
  generators_.erase(generators_.begin() + static_cast<std::ptrdiff_t>(place));
  return absl::OkStatus();
}

absl::Status GeneratorService::CheckInput(const NoteSequence& input) const {
  const int64_t changes = input.tempos_size() + input.time_signatures_size();
  if (std::max<int64_t>(input.notes_size(), changes) <= options_.max_notes) return absl::OkStatus();
  return LimitError(fmt::format("the input has {} notes and {} changes of tempo and meter",
                                input.notes_size(), changes),
                    fmt::format("At most {} are allowed here", options_.max_notes));
}

void GeneratorService::Generate(Call call) {
  const Clock::time_point start = Clock::now();
  // What ends it is counted here, whoever says so.
  auto done = [this, start, wire = call.wire, ticket = call.ticket,
               tell = std::move(call.done)](absl::StatusOr<Generation> result) {
    if (result.ok()) {
      ticket->Hold(metrics_.held_bytes, MemoryOf(result->outputs.at(0).sequence));
    }
    const std::chrono::duration<double> took = Clock::now() - start;
    metrics_.CountRequest(wire, result.status().code(), took.count());
    tell(std::move(result));
  };
  if (draining_) return done(absl::UnavailableError("the server is being stopped"));
  if (absl::Status size = CheckInput(call.request->input_sequence()); !size.ok()) {
    return done(std::move(size));
  }
  auto model = FindGenerator(call.request->generator_id());
  if (!model.ok()) return done(model.status());
  const int64_t bytes = MemoryOf(*call.request);
  if (bytes > options_.max_held_bytes) {
    return done(LimitError(fmt::format("the request takes {} bytes of memory", bytes),
                           fmt::format("At most {} are allowed here", options_.max_held_bytes)));
  }
  call.ticket->Hold(metrics_.held_bytes, bytes);
  if (metrics_.held_bytes > options_.max_held_bytes) {
    call.ticket->Free();
    return done(BusyError("the requests in progress are too large together"));
  }
  const auto most = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(options_.max_seconds));
  Job job;
  job.model = *std::move(model);
  job.request = std::move(call.request);
  job.deadline = std::min(call.deadline, start + most);
  job.ticket = std::move(call.ticket);
  job.piece = std::move(call.piece);
  job.expected = std::move(call.expected);
  job.done = std::move(done);
  scheduler_.Submit(std::move(job));
}

absl::Status GeneratorService::CheckToken(const std::string& token) const {
  if (options_.auth_token.empty() || SameToken(options_.auth_token, token)) {
    return absl::OkStatus();
  }
  return absl::UnauthenticatedError("the request has not this server's token");
}

}  // namespace magenta
