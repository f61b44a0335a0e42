#include "magenta/cli/cli.h"

#include <fmt/core.h>
#include <google/protobuf/stubs/logging.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <new>
#include <system_error>
#include <utility>

#include "magenta/base/nearest.h"
#include "magenta/base/status.h"
#include "magenta/base/threads.h"
#include "magenta/cli/aliases.h"
#include "magenta/cli/help.h"
#include "magenta/cli/programs.h"
#include "magenta/cli/terminal/home.h"

namespace magenta::cli {
namespace {

/// The command line after the program's name: verb, arguments, and how it was called.
struct Call {
  std::string verb;
  std::vector<std::string> args;
  std::string alias;  // "" when the verb's own name was typed
};

absl::StatusOr<LogLevel> ReadLogLevel(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (text == "debug") return LogLevel::kDebug;
  if (text == "info") return LogLevel::kInfo;
  if (text == "warn" || text == "warning") return LogLevel::kWarning;
  if (text == "error" || text == "fatal") return LogLevel::kError;
  return UsageError(fmt::format("--log_level={} is not one of debug, info, warning, error", text));
}

/// The error (exit 2) of a command line without a verb: the first flag that no verb has, else that.
absl::Status NoVerb(const std::vector<std::string>& args) {
  std::vector<std::string> names = {"help", "h", "version"};
  for (const VerbEntry& entry : AllVerbs()) {
    const std::unique_ptr<Verb> verb = entry.make();
    GlobalFlags globals;
    Flags flags{std::string(entry.name)};
    verb->Describe(flags);
    globals.Describe(flags);
    for (const Flag& flag : flags.flags()) names.push_back(flag.name);
  }
  const auto knows = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const std::string& arg : args) {
    std::string name = arg.substr(0, arg.find('='));
    name.erase(0, name.find_first_not_of('-'));
    if (name.empty() || knows(name) || (name.starts_with("no") && knows(name.substr(2)))) continue;
    const std::string nearest = NearestName(name, names);
    return UsageError(fmt::format("unknown flag --{}", name),
                      nearest.empty() ? "`magenta --help` lists the verbs"
                                      : fmt::format("Did you mean --{}?", nearest));
  }
  return UsageError("no verb is given", "`magenta --help` lists the verbs");
}

/// Splits the command line; flags before the verb go behind it.
absl::StatusOr<Call> ReadCall(const std::string& program, std::vector<std::string> args) {
  Call call;
  if (FindAlias(program) != nullptr) {
    call.verb = program;
  } else {
    const auto verb = std::find_if(args.begin(), args.end(),
                                   [](const std::string& arg) { return !arg.starts_with('-'); });
    if (verb == args.end()) return NoVerb(args);
    call.verb = *verb;
    args.erase(verb);
  }
  if (const Alias* alias = FindAlias(call.verb)) {
    MAGENTA_ASSIGN_OR_RETURN(Command command, ExpandAlias(*alias, args));
    return Call{std::move(command.verb), std::move(command.args), alias->name};
  }
  Command command{std::move(call.verb), std::move(args)};
  SaveBundleInstead(command);
  return Call{std::move(command.verb), std::move(command.args), ""};
}

std::string AliasNote(const Call& call, const Alias& alias) {
  std::string note = fmt::format("{} is Magenta's name for `magenta {}`", call.alias, call.verb);
  for (const std::string& flag : alias.defaults) note += " " + flag;
  return note + ".";
}

absl::Status RunVerb(const Call& call, Context& context) {
  const VerbEntry* entry = FindVerb(AllVerbs(), call.verb);
  if (entry == nullptr) return UnknownVerb(call.verb);
  const VerbEntry* own = FindVerb(context.own_verbs, call.verb);
  const std::unique_ptr<Verb> verb = (own != nullptr ? own : entry)->make();
  Flags flags(call.verb);
  verb->Describe(flags);
  context.globals.Describe(flags);
  MAGENTA_RETURN_IF_ERROR(flags.Parse(call.args));
  if (flags.help_wanted()) {
    const Alias* alias = FindAlias(call.alias);
    context.out.Raw(VerbHelp(*entry, flags, alias == nullptr ? "" : AliasNote(call, *alias)));
    return context.out.Flush();
  }
  MAGENTA_ASSIGN_OR_RETURN(const LogLevel level, ReadLogLevel(context.globals.log_level));
  context.out.Configure({context.globals.json, context.globals.quiet, level});
  if (own == nullptr && entry->program != Program::kMagenta) {
    std::vector<std::string> args = {call.verb};
    args.insert(args.end(), call.args.begin(), call.args.end());
    return ExecProgram(entry->program, args);
  }
  MAGENTA_RETURN_IF_ERROR(verb->Run(context));
  return context.out.Flush();
}

/// RunVerb, where what a library throws for want of a thread is an error like any other.
absl::Status RunGuarded(const Call& call, Context& context) {
  try {
    return RunVerb(call, context);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) throw;
    return NoThreadError();
  }
}

/// Memory can run out on any thread, in the midst of anything; what was half written has a
/// temporary name, which the next run removes.
template <bool json>
void OnOutOfMemory() {
  constexpr std::string_view kText =
      json ? R"({"error": {"code": "outside", "message": "out of memory", "file": "", )"
             R"("remedy": "Give smaller sizes or input, or use a machine with more"}})"
             "\n"
           : "magenta: out of memory. Give smaller sizes or input, or use a machine with more.\n";
  [[maybe_unused]] const ssize_t told = ::write(STDERR_FILENO, kText.data(), kText.size());
  ::_exit(5);
}

}  // namespace

int Main(int argc, char** argv, std::span<const ModelSpec> extra_models,
         std::span<const VerbEntry> own_verbs) {
  std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
  const std::string program =
      argc > 0 ? std::filesystem::path(argv[0]).filename().string() : "magenta";
  // What protocol buffers have to say about broken bytes, our readers say with the file's name.
  google::protobuf::SetLogHandler(nullptr);
  // A file that grows too large is an error of the write, which cleans up, not the end of us.
  std::signal(SIGXFSZ, SIG_IGN);
  AddModels(extra_models);
  for (const char* path : {"MAGENTA_BUNDLES", "MAGENTA_SOUNDFONT"}) ExpandHomeIn(path);
  Output out;
  // Errors in the flags themselves are JSON, too, where it was asked for.
  const bool json = std::find(args.begin(), args.end(), "--json") != args.end();
  out.Configure({.json = json});
  std::set_new_handler(json ? OnOutOfMemory<true> : OnOutOfMemory<false>);
  if (FindAlias(program) == nullptr) {
    const std::string first = args.empty() ? "--help" : args[0];
    const bool alone = args.size() <= 1;
    if (first == "--version") {
      PrintVersion(out);
      return ExitStatus(out.Flush());
    }
    if (first == "--help" || first == "-h" || (first == "help" && alone)) {
      out.Raw(MainHelp());
      return ExitStatus(out.Flush());
    }
  }
  Context context{out, {}, extra_models, own_verbs};
  auto call = ReadCall(program, std::move(args));
  const absl::Status status = call.ok() ? RunGuarded(*call, context) : call.status();
  if (!status.ok()) out.Error(status);
  return ExitStatus(status);
}

}  // namespace magenta::cli
