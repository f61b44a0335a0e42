// What is ours of HTTP: "TARGET \n CONTENT-TYPE \n ACCEPT \n AUTHORIZATION \n HOST \n ORIGIN \n
// BODY" goes through the checks of the head, and to an answer.

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cstdint>
#include <future>
#include <memory>
#include <string>

#include "magenta/base/check.h"
#include "magenta/generate/random_model.h"
#include "magenta/serve/http_api.h"

namespace {

class Answer final : public magenta::HttpReply {
 public:
  void Send(magenta::HttpResponse response) override {
    MAGENTA_CHECK(response.status >= 200 && response.status <= 504);
    MAGENTA_CHECK(response.status < 500 || response.status == 501 || response.status == 504);
    for (const auto& [name, value] : response.headers) {
      MAGENTA_CHECK(value.find_first_of("\r\n") == std::string::npos);
    }
    ended.set_value();
  }
  void BeginStream() override {}
  void Event(const std::string& name, const std::string& data) override {
    MAGENTA_CHECK((name + data).find_first_of("\r\n") == std::string::npos);
  }
  void EndStream() override { ended.set_value(); }

  std::promise<void> ended;
};

magenta::GeneratorService& Service() {
  static magenta::GeneratorService& service = *[] {
    magenta::ServeOptions options;
    options.max_steps = 128;
    options.max_rows = 4;
    options.auth_token = "t";
    return new magenta::GeneratorService({magenta::testing::RandomModel("basic_rnn")}, options);
  }();
  return service;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const google::protobuf::LogSilencer quiet;
  std::string rest(reinterpret_cast<const char*>(data), size);
  const auto line = [&rest] {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string text = rest.substr(0, end);
    rest.erase(0, end + 1);
    return text;
  };
  magenta::HttpRequest request;
  request.method = "POST";
  request.target = line();
  request.content_type = line();
  request.accept = line();
  request.authorization = line();
  request.host = line();
  request.origin = line();
  request.body = rest;
  magenta::HttpApi api(Service());
  (void)api.CheckHead(request);
  auto answer = std::make_shared<Answer>();
  auto ended = answer->ended.get_future();
  api.Handle(std::move(request), answer, std::make_shared<magenta::Ticket>());
  ended.wait();
  return 0;
}
