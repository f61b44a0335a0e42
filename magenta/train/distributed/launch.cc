#include "magenta/train/distributed/launch.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "magenta/base/status.h"

namespace magenta {
namespace {

struct Launcher {
  const char* name;
  const char* rank;
  const char* size;
  const char* local_size;  // null: it has no such variable
  const char* local_rank;
};

constexpr Launcher kLaunchers[] = {
    {"torchrun", "RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "LOCAL_RANK"},
    {"Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE",
     "OMPI_COMM_WORLD_LOCAL_RANK"},
    {"Slurm", "SLURM_PROCID", "SLURM_NTASKS", nullptr, "SLURM_LOCALID"},
};

constexpr int kMostRanks = 1 << 16;
constexpr int kLastPort = 65535;
// Slurm's jobs get ports of their own, in case two share a machine.
constexpr int kFirstSlurmPort = 20000;
constexpr int kSlurmPorts = 10000;

std::string Text(const Environment& environment, const char* name) {
  const char* value = name == nullptr ? nullptr : environment(name);
  return value == nullptr ? "" : value;
}

absl::StatusOr<int> Number(const Environment& environment, const char* name, int least, int most) {
  const std::string text = Text(environment, name);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    return UsageError(
        fmt::format("{}=\"{}\" is not a number from {} to {}", name, text, least, most),
        "It is what starts several processes as one job; unset it to train in one");
  }
  return value;
}

std::string SlurmHost(const Environment& environment) {
  for (const char* name : {"SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST"}) {
    const std::string list = Text(environment, name);
    if (!list.empty()) return FirstHost(list);
  }
  return Text(environment, "SLURM_LAUNCH_NODE_IPADDR");
}

absl::Status FindHost(const Environment& environment, Place& place) {
  std::string host = Text(environment, "MASTER_ADDR");
  if (host.empty() && place.launcher == "Slurm") host = SlurmHost(environment);
  if (!host.empty()) {
    place.host = host;
  } else if (place.launcher == "Open MPI" && place.local_size != place.size) {
    return UsageError("Open MPI does not say on which machine rank 0 runs",
                      "Add -x MASTER_ADDR=HOST to mpirun's line");
  }
  return absl::OkStatus();
}

absl::Status FindPort(const Environment& environment, Place& place) {
  if (!Text(environment, "MASTER_PORT").empty()) {
    MAGENTA_ASSIGN_OR_RETURN(place.port, Number(environment, "MASTER_PORT", 1, kLastPort - 1));
    if (Text(environment, "TORCHELASTIC_USE_AGENT_STORE") == "True") ++place.port;
  } else if (place.launcher == "Slurm" && !Text(environment, "SLURM_JOB_ID").empty()) {
    constexpr int kMost = 2147483647;
    MAGENTA_ASSIGN_OR_RETURN(const int job, Number(environment, "SLURM_JOB_ID", 0, kMost));
    place.port = kFirstSlurmPort + job % kSlurmPorts;
  }
  return absl::OkStatus();
}

absl::StatusOr<Place> PlaceOf(const Launcher& launcher, const Environment& environment) {
  Place place;
  place.launcher = launcher.name;
  MAGENTA_ASSIGN_OR_RETURN(place.size, Number(environment, launcher.size, 1, kMostRanks));
  MAGENTA_ASSIGN_OR_RETURN(place.rank, Number(environment, launcher.rank, 0, place.size - 1));
  if (!Text(environment, launcher.local_size).empty()) {
    MAGENTA_ASSIGN_OR_RETURN(place.local_size,
                             Number(environment, launcher.local_size, 1, place.size));
  }
  if (!Text(environment, launcher.local_rank).empty()) {
    MAGENTA_ASSIGN_OR_RETURN(place.local_rank,
                             Number(environment, launcher.local_rank, 0, place.size - 1));
  }
  if (place.size == 1) return place;
  MAGENTA_RETURN_IF_ERROR(FindHost(environment, place));
  MAGENTA_RETURN_IF_ERROR(FindPort(environment, place));
  return place;
}

}  // namespace

std::string FirstHost(const std::string& list) {
  const size_t bracket = list.find('[');
  const size_t comma = list.find(',');
  if (bracket == std::string::npos || comma < bracket) return list.substr(0, comma);
  const size_t end = list.find(']', bracket);
  if (end == std::string::npos) return list.substr(0, comma);
  const size_t digits = list.find_first_of("-,]", bracket);
  const std::string behind = list.substr(end + 1, list.find(',', end) - end - 1);
  return list.substr(0, bracket) + list.substr(bracket + 1, digits - bracket - 1) + behind;
}

absl::StatusOr<Place> FindPlace(const Environment& environment) {
  for (const Launcher& launcher : kLaunchers) {
    const bool rank = !Text(environment, launcher.rank).empty();
    const bool size = !Text(environment, launcher.size).empty();
    if (rank && size) return PlaceOf(launcher, environment);
    if (rank) {
      return UsageError(
          fmt::format("{} is set and {} is not", launcher.rank, launcher.size),
          fmt::format("Set both, or unset {} to train in one process", launcher.rank));
    }
  }
  return Place();
}

}  // namespace magenta
