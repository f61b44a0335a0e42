#!/bin/bash -eu
# kernels.sh: every benchmark three times, medians alone, as docs/performance.md shows them.
for bench in startup midi codec pipeline peaks nn score train serve; do
  program=build/bench/${bench}_bench
  [ -x "$program" ] || continue
  echo "== $bench"
  "$program" --benchmark_min_time=0.2 --benchmark_repetitions=3 \
    --benchmark_report_aggregates_only=true 2>/dev/null | grep -E 'Benchmark|_median|^-' || true
done
