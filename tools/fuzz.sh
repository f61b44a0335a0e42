#!/bin/bash -eu
# fuzz.sh SECONDS [TARGET...]: builds the fuzz targets (all of fuzz/CMakeLists.txt, or those named) with clang,
# libFuzzer and sanitizers, and runs each for SECONDS from its seeds, tests/corpus/TARGET. All run, also
# when one finds something; then the status is not 0, the end of its log is shown, and what it found lies in
# build/fuzz. What reached new code is kept in build/fuzz/corpus, from where the next run goes on.
# FUZZ_SEED=N makes the run walk the same inputs each time, as far as it comes (default: others each time).
seconds=${1:?usage: fuzz.sh SECONDS [TARGET...]}
shift
# Optimised as the other sanitizers are: libraries at -O3 take longer to compile than these runs gain.
CC=clang-14 CXX=clang++-14 cmake --preset asan -B build/fuzz -DMAGENTA_FUZZ=ON -DMAGENTA_TESTS=OFF \
  -DMAGENTA_LIVE=OFF -DMAGENTA_LIBRARY=ON >/dev/null
if [ $# -eq 0 ]; then
  mapfile -t targets < <(sed -n 's/^ *magenta_fuzz(\([a-z0-9_]*\) .*/\1/p' fuzz/CMakeLists.txt)
else
  targets=("$@")
fi
cmake --build build/fuzz --target "${targets[@]/%/_fuzz}"

run() {  # TARGET: one run; says how far it came
  local target=$1 log=$1.log
  mkdir -p "corpus/$target"
  if "fuzz/${target}_fuzz" -max_total_time="$seconds" -seed="${FUZZ_SEED:-0}" -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 \
      -artifact_prefix="$target-" "corpus/$target" "../../tests/corpus/$target" > "$log" 2>&1; then
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs," \
      "$(find "corpus/$target" "../../tests/corpus/$target" -type f | wc -l) inputs"
  else
    echo "$target: FAILED"
    tail -n 40 "$log"
    return 1
  fi
}
export -f run
export seconds
cd build/fuzz
printf '%s\n' "${targets[@]}" | xargs -P "${JOBS:-$(nproc)}" -I{} bash -c 'run {}'
echo "${#targets[@]} fuzz targets ran for $seconds seconds each"
