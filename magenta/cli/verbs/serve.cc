#include "magenta/cli/input/model_flags.h"
#include "magenta/cli/verbs/serve_flags.h"

namespace magenta::cli {

void DescribeStudioDir(Flags& flags, std::string& studio_dir) {
  flags
      .Text("studio_dir", &studio_dir,
            "Where models, collections and jobs are kept; made when it is needed.")
      .Value("DIR")
      .Default("$XDG_DATA_HOME/magenta/studio, else ~/.local/share/magenta/studio");
}

void ServedModelFlags::Describe(Flags& flags) {
  flags.Group("Models: those of the bundles, else all weights that come with the program");
  flags
      .TextList("bundle_file", &bundle_files,
                "Bundles (.mag), by commas; the first is the default.")
      .Value("FILE");
  flags.TextList("config", &configs, "Which of the weights that come with the program.")
      .Value("NAME");
}

void ServeFlags::Describe(Flags& flags) {
  flags.About(
      "Answers GenerateSequenceRequests over gRPC (magenta.SequenceGeneratorService, with "
      "reflection and the health service) and over HTTP: GET /v1/generators, POST "
      "/v1/generators/ID:generate and ID:stream, /healthz, /metrics, /openapi.json. Requests that "
      "come together go through one step of the network together. The studio's page stands at / "
      "where it is built. SIGTERM or Ctrl-C lets those in progress end.");
  flags.About(
      "Once it listens, stdout says where in one line: {\"host\", \"addresses\", \"port\", "
      "\"grpc_port\", \"generators\"}.");
  served.Describe(flags);
  flags.Group("Where");
  flags
      .Text("host", &host,
            "Address to listen at; localhost is 127.0.0.1 and ::1. Any but this machine's own asks "
            "for --auth_token.")
      .Value("ADDRESS");
  flags.Int("port", &port, "For HTTP; 0: a free one.").Range(0, 65535);
  flags.Int("grpc_port", &grpc_port, "For gRPC; 0: a free one.").Range(0, 65535);
  flags
      .Text(
          "auth_token", &auth_token,
          "What clients must send as \"authorization: Bearer TOKEN\". $MAGENTA_AUTH_TOKEN says it "
          "too, and shows in no list of processes.")
      .Value("TOKEN");
  flags
      .Text("tls_cert", &tls_cert,
            "Certificate (PEM, its chain behind it), with --tls_key: HTTP is https then. gRPC is "
            "not. A browser gives sound and MIDI to pages of this machine and of https alone.")
      .Value("FILE");
  flags.Text("tls_key", &tls_key, "Its private key (PEM).").Value("FILE");
  flags.Group("Sound");
  flags
      .Text("soundfont", &soundfont,
            "For the page and for answers as audio/wav, which magenta-live makes: an .sf2 or .sf3 "
            "file.")
      .Value("FILE");
  flags.Group("The studio, which is the page at /");
  DescribeStudioDir(flags, studio_dir);
  flags.Group("Limits: past them 413, 429 or 504, RESOURCE_EXHAUSTED or DEADLINE_EXCEEDED");
  flags.Int64("max_body_bytes", &max_body_bytes, "Bytes of a request.").Range(1024, 1 << 30);
  flags.Int64("max_notes", &max_notes, "Notes of an input; as many changes of tempo and meter.")
      .Range(0);
  flags.Int64("max_steps", &max_steps, "Steps of a result, its input counted.").Range(1, 1 << 22);
  flags.Int64("max_rows", &max_rows, "beam_size times branch_factor.").Range(1, 1 << 14);
  flags
      .Int64("max_held_bytes", &max_held_bytes,
             "Bytes of memory that requests, and answers nobody took yet, hold all together.")
      .Range(1 << 16);
  flags.Double("max_seconds", &max_seconds, "Seconds that a request may take.").Range(0.001, 86400);
  flags.Int("max_sessions", &max_sessions, "Requests worked on at a time.").Range(1, 65536);
  flags.Int("max_queue", &max_queue, "Requests that wait.").Range(0, 1 << 20);
  flags.Int("max_connections", &max_connections, "HTTP connections.").Range(1, 1 << 20);
  flags.Double("drain_seconds", &drain_seconds, "Seconds that requests have to end in at the end.")
      .Range(0, 86400);
  flags.AddExample("magenta serve", "All bundled models, at localhost:8080 and :50051.");
  flags.AddExample("magenta serve --bundle_file=mine.mag --port=0 --grpc_port=0 --num_threads=2",
                   "A model of your own, at free ports.");
  flags.AddExample(
      "curl -s --data-binary @primer.mid -H 'content-type: audio/midi' "
      "'localhost:8080/v1/generators/lookback_rnn:generate?steps=256' > tune.mid",
      "A MIDI file in, a longer one out.");
}

std::unique_ptr<Verb> NewServeVerb() { return std::make_unique<ServeFlags>(); }

}  // namespace magenta::cli
