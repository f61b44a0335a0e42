#pragma once
// Which process of which job this is, out of the environment that a launcher left.

#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace magenta {

/// A process's place in a job.
struct Place {
  int rank = 0;
  int size = 1;
  /// Processes of the job on this machine, as far as is known; 0: it is not.
  int local_size = 0;
  /// Which of them this is; 0 where that is not known.
  int local_rank = 0;
  /// Where rank 0 listens.
  std::string host = "127.0.0.1";
  int port = 29500;
  /// "torchrun", "Open MPI" or "Slurm"; empty: started alone.
  std::string launcher;
};

/// The value of a variable of the environment; null: it is not set.
using Environment = std::function<const char*(const char* name)>;

/// The first launcher of this table whose two first variables are set:
///
///   launcher | rank                 | size                 | local size and rank
///   torchrun | RANK                 | WORLD_SIZE           | LOCAL_WORLD_SIZE, LOCAL_RANK
///   Open MPI | OMPI_COMM_WORLD_RANK | OMPI_COMM_WORLD_SIZE | OMPI_COMM_WORLD_LOCAL_{SIZE,RANK}
///   Slurm    | SLURM_PROCID         | SLURM_NTASKS         | -, SLURM_LOCALID
///
/// The host is MASTER_ADDR; else for Slurm the first of SLURM_STEP_NODELIST or SLURM_JOB_NODELIST,
/// else SLURM_LAUNCH_NODE_IPADDR; else this machine. The port is MASTER_PORT (one more beneath a
/// torchrun whose own store has that port), else for Slurm one that its job's number gives, else
/// 29500. Errors (exit 2): a rank without a size; numbers that are none or do not go together; Open
/// MPI over several machines without MASTER_ADDR.
absl::StatusOr<Place> FindPlace(const Environment& environment);

/// The first host of a list as Slurm writes it: "n[07-09,12]-ib,m3" is n07-ib.
std::string FirstHost(const std::string& list);

}  // namespace magenta
