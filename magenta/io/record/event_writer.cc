#include "magenta/io/record/event_writer.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/record/tfrecord.h"
#include "tensorflow/event.pb.h"
#include "tensorflow/hparams.pb.h"

namespace magenta {
namespace {

constexpr char kEventFileVersion[] = "brain.Event:2";
constexpr int kMostNamesTried = 10000;

double SystemClockSeconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

tensorflow::hparams::DataType TypeOf(const std::variant<double, bool, std::string>& value) {
  if (std::holds_alternative<double>(value)) return tensorflow::hparams::DATA_TYPE_FLOAT64;
  return std::holds_alternative<bool>(value) ? tensorflow::hparams::DATA_TYPE_BOOL
                                             : tensorflow::hparams::DATA_TYPE_STRING;
}

void SetValue(const std::variant<double, bool, std::string>& value, google::protobuf::Value& to) {
  if (const auto* number = std::get_if<double>(&value)) to.set_number_value(*number);
  if (const auto* flag = std::get_if<bool>(&value)) to.set_bool_value(*flag);
  if (const auto* text = std::get_if<std::string>(&value)) to.set_string_value(*text);
}

// The columns of the tab.
tensorflow::hparams::HParamsPluginData ExperimentOf(const HParamsSession& session, double now) {
  tensorflow::hparams::HParamsPluginData data;
  auto* experiment = data.mutable_experiment();
  experiment->set_time_created_secs(now);
  for (const auto& [name, value] : session.hparams) {
    auto* info = experiment->add_hparam_infos();
    info->set_name(name);
    info->set_type(TypeOf(value));
  }
  for (const HParamsSession::Figure& figure : session.figures) {
    auto* info = experiment->add_metric_infos();
    info->mutable_name()->set_group(figure.folder);
    info->mutable_name()->set_tag(figure.tag);
    info->set_display_name(figure.title);
    info->set_dataset_type(figure.held_out ? tensorflow::hparams::DATASET_VALIDATION
                                           : tensorflow::hparams::DATASET_TRAINING);
  }
  return data;
}

// The machine's name as far as it can stand in a file name.
std::string HostName() {
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  for (char* c = name; *c != '\0'; ++c) {
    if (*c == '/') *c = '_';
  }
  return name;
}

absl::Status CannotWriteEvents(const std::string& path, int error) {
  return OutsideError(path, fmt::format("cannot write: {}", std::strerror(error)),
                      error == ENOSPC || error == EDQUOT ? "Free some space"
                                                         : "Choose a folder that can be written");
}

// Opens a name that nothing has yet: `base`, `base`.1, `base`.2, ...
absl::StatusOr<std::pair<std::string, int>> OpenUnusedName(const std::string& base) {
  for (int i = 0; i < kMostNamesTried; ++i) {
    const std::string path = i == 0 ? base : fmt::format("{}.{}", base, i);
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (fd >= 0) return std::pair(path, fd);
    if (errno != EEXIST) return CannotWriteEvents(path, errno);
  }
  return OutsideError(base, "this name and the next 10000 are taken", "Choose another folder");
}

}  // namespace

EventWriter::EventWriter(std::string path, int fd, std::function<double()> clock)
    : path_(std::move(path)), fd_(fd), clock_(std::move(clock)) {}

EventWriter::EventWriter(EventWriter&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      clock_(std::move(other.clock_)) {}

EventWriter::~EventWriter() {
  if (fd_ >= 0) ::close(fd_);
}

absl::StatusOr<EventWriter> EventWriter::Create(const std::string& folder,
                                                const EventWriterOptions& options) {
  MAGENTA_RETURN_IF_ERROR(MakeFolder(folder));
  const std::function<double()> clock = options.clock ? options.clock : SystemClockSeconds;
  const std::string host = options.host.empty() ? HostName() : options.host;
  const double now = clock();
  MAGENTA_ASSIGN_OR_RETURN(
      const auto opened, OpenUnusedName(fmt::format("{}/events.out.tfevents.{:010}.{}", folder,
                                                    static_cast<int64_t>(std::floor(now)), host)));
  EventWriter writer(opened.first, opened.second, clock);
  tensorflow::Event event;
  event.set_wall_time(now);
  event.set_file_version(kEventFileVersion);
  MAGENTA_RETURN_IF_ERROR(writer.Append(event.SerializeAsString()));
  return writer;
}

absl::Status EventWriter::Append(std::string_view event) {
  const std::string frame = FrameRecord(event);
  size_t done = 0;
  while (done < frame.size()) {
    const ssize_t n = ::write(fd_, frame.data() + done, frame.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return CannotWriteEvents(path_, errno);
    done += static_cast<size_t>(n);
  }
  return absl::OkStatus();
}

absl::Status EventWriter::Scalars(int64_t step,
                                  std::span<const std::pair<std::string, float>> values) {
  tensorflow::Event event;
  event.set_wall_time(clock_());
  event.set_step(step);
  for (const auto& [tag, number] : values) {
    auto* value = event.mutable_summary()->add_value();
    value->set_tag(tag);
    value->set_simple_value(number);
  }
  return Append(event.SerializeAsString());
}

absl::Status EventWriter::Text(int64_t step, const std::string& tag, const std::string& markdown) {
  tensorflow::Event event;
  event.set_wall_time(clock_());
  event.set_step(step);
  auto* value = event.mutable_summary()->add_value();
  value->set_tag(tag);
  value->mutable_metadata()->mutable_plugin_data()->set_plugin_name("text");
  value->mutable_metadata()->set_data_class(tensorflow::DATA_CLASS_TENSOR);
  value->mutable_tensor()->set_dtype(tensorflow::DT_STRING);
  value->mutable_tensor()->mutable_tensor_shape()->add_dim()->set_size(1);
  value->mutable_tensor()->add_string_val(markdown);
  return Append(event.SerializeAsString());
}

absl::Status EventWriter::SessionStart(int64_t step) {
  tensorflow::Event event;
  event.set_wall_time(clock_());
  event.set_step(step);
  event.mutable_session_log()->set_status(tensorflow::SessionLog::START);
  return Append(event.SerializeAsString());
}

// What a plug-in keeps in a tag's metadata; the tensor beside it is empty.
absl::Status EventWriter::PluginData(const std::string& tag, const std::string& content) {
  tensorflow::Event event;
  event.set_wall_time(clock_());
  auto* value = event.mutable_summary()->add_value();
  value->set_tag(tag);
  value->mutable_metadata()->mutable_plugin_data()->set_plugin_name("hparams");
  value->mutable_metadata()->mutable_plugin_data()->set_content(content);
  value->mutable_metadata()->set_data_class(tensorflow::DATA_CLASS_TENSOR);
  value->mutable_tensor()->set_dtype(tensorflow::DT_FLOAT);
  value->mutable_tensor()->mutable_tensor_shape()->add_dim()->set_size(0);
  return Append(event.SerializeAsString());
}

absl::Status EventWriter::HParams(const HParamsSession& session) {
  const double now = clock_();
  MAGENTA_RETURN_IF_ERROR(
      PluginData("_hparams_/experiment", ExperimentOf(session, now).SerializeAsString()));
  tensorflow::hparams::HParamsPluginData data;
  auto* start = data.mutable_session_start_info();
  start->set_start_time_secs(now);
  for (const auto& [name, value] : session.hparams) {
    SetValue(value, (*start->mutable_hparams())[name]);
  }
  return PluginData("_hparams_/session_start_info", data.SerializeAsString());
}

absl::Status EventWriter::HParamsEnd(bool success) {
  tensorflow::hparams::HParamsPluginData data;
  auto* end = data.mutable_session_end_info();
  end->set_end_time_secs(clock_());
  end->set_status(success ? tensorflow::hparams::STATUS_SUCCESS
                          : tensorflow::hparams::STATUS_FAILURE);
  return PluginData("_hparams_/session_end_info", data.SerializeAsString());
}

absl::Status EventWriter::Flush() {
  if (::fsync(fd_) != 0) return CannotWriteEvents(path_, errno);
  return absl::OkStatus();
}

}  // namespace magenta
