#include "magenta/train/distributed/launch.h"

#include <gtest/gtest.h>

#include <map>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

using Variables = std::map<std::string, std::string>;

absl::StatusOr<Place> Find(const Variables& variables) {
  return FindPlace([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

struct PlaceRow {
  Variables variables;
  std::string dump;  // launcher rank/size (local) host:port
};

std::string Dump(const absl::StatusOr<Place>& place) {
  if (!place.ok()) {
    return "exit " + std::to_string(ExitStatus(place.status())) + ": " +
           ErrorMessage(place.status());
  }
  if (place->local_rank != 0) return "local rank " + std::to_string(place->local_rank);
  return place->launcher + " " + std::to_string(place->rank) + "/" + std::to_string(place->size) +
         " (" + std::to_string(place->local_size) + ") " + place->host + ":" +
         std::to_string(place->port);
}

TEST(LaunchTest, Places) {
  const PlaceRow rows[] = {
      {{}, " 0/1 (0) 127.0.0.1:29500"},
      {{{"RANK", "0"}, {"WORLD_SIZE", "1"}}, "torchrun 0/1 (0) 127.0.0.1:29500"},
      {{{"RANK", "1"}, {"WORLD_SIZE", "2"}}, "torchrun 1/2 (0) 127.0.0.1:29500"},
      {{{"RANK", "5"},
        {"WORLD_SIZE", "8"},
        {"LOCAL_RANK", "0"},
        {"LOCAL_WORLD_SIZE", "4"},
        {"MASTER_ADDR", "node7"},
        {"MASTER_PORT", "1234"}},
       "torchrun 5/8 (4) node7:1234"},
      {{{"RANK", "5"}, {"WORLD_SIZE", "8"}, {"LOCAL_RANK", "1"}}, "local rank 1"},
      {{{"OMPI_COMM_WORLD_RANK", "1"},
        {"OMPI_COMM_WORLD_SIZE", "4"},
        {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
        {"MASTER_ADDR", "h"}},
       "local rank 1"},
      {{{"SLURM_PROCID", "3"}, {"SLURM_NTASKS", "4"}, {"SLURM_LOCALID", "2"}}, "local rank 2"},
      // torchrun's own store has the port.
      {{{"RANK", "0"},
        {"WORLD_SIZE", "2"},
        {"MASTER_PORT", "1234"},
        {"TORCHELASTIC_USE_AGENT_STORE", "True"}},
       "torchrun 0/2 (0) 127.0.0.1:1235"},
      {{{"OMPI_COMM_WORLD_RANK", "1"},
        {"OMPI_COMM_WORLD_SIZE", "2"},
        {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}},
       "Open MPI 1/2 (2) 127.0.0.1:29500"},
      {{{"OMPI_COMM_WORLD_RANK", "3"},
        {"OMPI_COMM_WORLD_SIZE", "4"},
        {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
        {"MASTER_ADDR", "10.0.0.1"}},
       "Open MPI 3/4 (2) 10.0.0.1:29500"},
      {{{"SLURM_PROCID", "2"}, {"SLURM_NTASKS", "4"}, {"SLURM_LAUNCH_NODE_IPADDR", "10.1.2.3"}},
       "Slurm 2/4 (0) 10.1.2.3:29500"},
      {{{"SLURM_PROCID", "2"},
        {"SLURM_NTASKS", "4"},
        {"SLURM_JOB_ID", "123456"},
        {"SLURM_LAUNCH_NODE_IPADDR", "10.1.2.3"},
        {"SLURM_JOB_NODELIST", "a[1-2]"},
        {"SLURM_STEP_NODELIST", "n[07-09,12]-ib,m3"}},
       "Slurm 2/4 (0) n07-ib:23456"},
      // Open MPI within Slurm; torchrun's within both.
      {{{"OMPI_COMM_WORLD_RANK", "1"},
        {"OMPI_COMM_WORLD_SIZE", "2"},
        {"MASTER_ADDR", "h"},
        {"SLURM_PROCID", "0"},
        {"SLURM_NTASKS", "1"}},
       "Open MPI 1/2 (0) h:29500"},
      {{{"RANK", "1"}, {"WORLD_SIZE", "3"}, {"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}},
       "torchrun 1/3 (0) 127.0.0.1:29500"},
      // An allocation without srun: one process.
      {{{"SLURM_NTASKS", "4"}}, " 0/1 (0) 127.0.0.1:29500"},
      {{{"RANK", "1"}}, "exit 2: RANK is set and WORLD_SIZE is not"},
      {{{"RANK", "2"}, {"WORLD_SIZE", "2"}}, "exit 2: RANK=\"2\" is not a number from 0 to 1"},
      {{{"RANK", "-1"}, {"WORLD_SIZE", "2"}}, "exit 2: RANK=\"-1\" is not a number from 0 to 1"},
      {{{"RANK", "0"}, {"WORLD_SIZE", "2x"}},
       "exit 2: WORLD_SIZE=\"2x\" is not a number from 1 to 65536"},
      {{{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_PORT", "99999"}},
       "exit 2: MASTER_PORT=\"99999\" is not a number from 1 to 65534"},
      {{{"OMPI_COMM_WORLD_RANK", "1"},
        {"OMPI_COMM_WORLD_SIZE", "4"},
        {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}},
       "exit 2: Open MPI does not say on which machine rank 0 runs"},
  };
  for (const PlaceRow& row : rows) EXPECT_EQ(Dump(Find(row.variables)), row.dump);
}

TEST(LaunchTest, FirstHosts) {
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},         {"a", "a"},         {"a,b", "a"},    {"n[01-03]", "n01"},
      {"n[5,7]", "n5"}, {"n[5]", "n5"},     {"a,n[5]", "a"}, {"n[07-09,12]-ib,m3", "n07-ib"},
      {"n[5", "n[5"},   {"x[1-2]y", "x1y"},
  };
  for (const auto& [list, host] : rows) EXPECT_EQ(FirstHost(list), host) << list;
}

}  // namespace
}  // namespace magenta
