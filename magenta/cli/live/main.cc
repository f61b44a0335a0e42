#include "magenta/cli/cli.h"

int main(int argc, char** argv) { return magenta::cli::Main(argc, argv); }
