#!/bin/bash -eu
# fuzz.sh SECONDS: builds every fuzz target with clang, libFuzzer and sanitizers, and runs each for
# SECONDS from its seed corpus. A crash leaves its input in build/fuzz.
seconds=${1:?usage: fuzz.sh SECONDS}
CC=clang-14 CXX=clang++-14 cmake --preset dev -B build/fuzz -DMAGENTA_FUZZ=ON -DMAGENTA_TESTS=OFF \
  -DMAGENTA_LIVE=OFF -DMAGENTA_SERVE=ON -DMAGENTA_SANITIZE=address,undefined
cmake --build build/fuzz --target fuzzers
cd build/fuzz
for target in fuzz/*_fuzz; do
  name=$(basename "$target" _fuzz)
  corpus=corpus/$name
  mkdir -p "$corpus"
  seeds=../../tests/corpus/$name
  echo "== $name"
  "$target" -max_total_time="$seconds" -rss_limit_mb=1024 -max_len=65536 -print_final_stats=0 \
    "$corpus" $([ -d "$seeds" ] && echo "$seeds")
done
