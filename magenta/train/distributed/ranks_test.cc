// Ranks as threads of one process, over loopback: what they gather and sum, and how they end.

#include "magenta/train/distributed/ranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <thread>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/train/distributed/agreement.h"
#include "magenta/train/distributed/gloo_ranks.h"

namespace magenta {
namespace {

using testing::HasSubstr;

// A port that nothing listens on, most likely for a while.
int FreePort() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

JoinOptions At(int rank, int size, int port) {
  JoinOptions options;
  options.place.rank = rank;
  options.place.size = size;
  options.place.port = port;
  options.patience_s = 60;
  return options;
}

// Runs `work` on each of `size` ranks at once.
void OnRanks(int size, const std::function<void(Ranks&)>& work) {
  const int port = FreePort();
  std::vector<std::thread> threads;
  for (int r = 0; r < size; ++r) {
    threads.emplace_back([&, r] {
      auto ranks = JoinRanks(At(r, size, port));
      ASSERT_TRUE(ranks.ok()) << ranks.status();
      EXPECT_EQ((*ranks)->rank(), r);
      EXPECT_EQ((*ranks)->size(), size);
      work(**ranks);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// Numbers whose sum depends on the order of adding.
std::vector<float> Part(int part, int64_t length) {
  std::vector<float> numbers;
  for (int64_t k = 0; k < length; ++k) {
    numbers.push_back((part % 3 == 1 ? -1e7f : 1e7f) + static_cast<float>(part * 31 + k % 17) / 7);
  }
  return numbers;
}

std::vector<float> SumInOrder(int parts, int64_t length) {
  std::vector<float> sum = Part(0, length);
  for (int part = 1; part < parts; ++part) {
    const std::vector<float> next = Part(part, length);
    for (size_t k = 0; k < sum.size(); ++k) sum[k] += next[k];
  }
  return sum;
}

TEST(RanksTest, SumsHaveTheBitsOfOneProcess) {
  for (const int size : {2, 3}) {
    OnRanks(size, [&](Ranks& ranks) {
      for (const int parts : {1, 2, 3, 7}) {
        for (const int64_t length : {1, 2, 1000, 70001}) {
          std::vector<std::vector<float>> mine;
          for (const int part : ranks.PartsOfMine(parts)) mine.push_back(Part(part, length));
          const auto sum = ranks.Sum(parts, length, mine);
          ASSERT_TRUE(sum.ok()) << sum.status();
          EXPECT_TRUE(*sum == SumInOrder(parts, length)) << parts << " " << length;
        }
      }
    });
  }
}

TEST(RanksTest, GathersTextsOfAnyLength) {
  OnRanks(3, [](Ranks& ranks) {
    for (const size_t length : {size_t{0}, size_t{5}, size_t{4088}, size_t{4089}, size_t{20000}}) {
      // Rank 1's is short.
      const auto text = [&](int r) {
        return std::string(r == 1 ? std::min<size_t>(length, 3) : length,
                           static_cast<char>('a' + r));
      };
      const auto texts = ranks.Gather(text(ranks.rank()));
      ASSERT_TRUE(texts.ok()) << texts.status();
      for (int r = 0; r < 3; ++r) EXPECT_EQ((*texts)[r], text(r));
    }
  });
}

TEST(RanksTest, AgreeOrSayWhoDiffers) {
  OnRanks(3, [](Ranks& ranks) {
    EXPECT_TRUE(AgreeOnRun(ranks, absl::OkStatus(), {{"seed", "1"}, {"steps", "2"}}).ok());
    const std::string seed = ranks.rank() == 2 ? "7" : "1";
    const absl::Status differ =
        AgreeOnRun(ranks, absl::OkStatus(), {{"hparams", ""}, {"seed", seed}});
    EXPECT_EQ(ExitStatus(differ), 2);
    EXPECT_EQ(ErrorMessage(differ),
              "the ranks are not at one: seed is 1 on rank 0 and 7 on rank 2");
    const absl::Status mine =
        ranks.rank() == 1 ? MissingInputError("x.tfrecord", "it is missing") : absl::OkStatus();
    const absl::Status failed = AgreeOnRun(ranks, mine, {{"seed", "1"}});
    EXPECT_EQ(ExitStatus(failed), 3);
    EXPECT_THAT(ErrorLine(failed), HasSubstr("x.tfrecord: it is missing"));
    const char* whose = ranks.rank() == 1 ? "" : "rank 1 could not begin";
    EXPECT_THAT(ErrorLine(failed), HasSubstr(whose));
  });
}

TEST(RanksTest, ARankThatGivesUpIsHeard) {
  OnRanks(2, [](Ranks& ranks) {
    if (ranks.leads()) return ranks.GiveUp("disk full");
    const auto texts = ranks.Gather("");
    EXPECT_EQ(ExitStatus(texts.status()), 5);
    EXPECT_THAT(ErrorLine(texts.status()), HasSubstr("rank 0 gave up (disk full)"));
  });
}

TEST(RanksTest, WritingToARankThatEndedIsNotTheEndOfThisOne) {
  OnRanks(2, [](Ranks& ranks) {
    if (!ranks.leads()) return;
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    ::close(ends[1]);
    EXPECT_EQ(::write(ends[0], "x", 1), -1);  // as Gloo writes, which asks for no MSG_NOSIGNAL
    EXPECT_EQ(errno, EPIPE);
    ::close(ends[0]);
  });
}

TEST(RanksTest, WhoDoesNotCome) {
  JoinOptions options = At(0, 3, FreePort());
  options.patience_s = 0.3;
  const auto leader = JoinRanks(options);
  EXPECT_EQ(ExitStatus(leader.status()), 5);
  EXPECT_THAT(ErrorLine(leader.status()),
              HasSubstr("of 3 ranks these did not come in 0 seconds: 1 2"));
  options.place.rank = 1;
  options.place.port = FreePort();
  const auto other = JoinRanks(options);
  EXPECT_EQ(ExitStatus(other.status()), 5);
  EXPECT_THAT(ErrorLine(other.status()), HasSubstr("rank 0 did not come"));
  std::atomic<bool> stop = true;
  options.stop = &stop;
  EXPECT_EQ(ExitStatus(JoinRanks(options).status()), 130);
  options.stop = nullptr;
  options.place.host = "no-such-host.invalid";
  EXPECT_THAT(ErrorLine(JoinRanks(options).status()),
              HasSubstr("no-such-host.invalid: this machine"));
}

TEST(RanksTest, WhoComesTwiceOrToAnotherJob) {
  const int port = FreePort();
  absl::Status statuses[3];
  std::vector<std::thread> threads;
  const int as_rank[] = {0, 1, 1};
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] { statuses[i] = JoinRanks(At(as_rank[i], 3, port)).status(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& status : statuses) {
    EXPECT_EQ(ExitStatus(status), 2) << status;
    EXPECT_THAT(ErrorLine(status), HasSubstr("two processes are rank 1"));
  }
}

TEST(RanksTest, APortThatIsTaken) {
  const int fd = ::socket(AF_INET6, SOCK_STREAM, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;  // and IPv4's on the same port
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) GTEST_SKIP() << "no IPv6";
  ::listen(fd, 1);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  const auto leader = JoinRanks(At(0, 2, ntohs(address.sin6_port)));
  ::close(fd);
  EXPECT_EQ(ExitStatus(leader.status()), 5);
  EXPECT_THAT(ErrorLine(leader.status()), HasSubstr("MASTER_PORT"));
}

}  // namespace
}  // namespace magenta
