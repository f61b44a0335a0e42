#!/bin/bash -eu
# tidy_changed.sh [BASE]: clang-tidy over the sources that changed since BASE (default HEAD~1), in
# the compile commands of build/tidy. Where BASE is not in the history it says so: `make lint` takes
# all sources.
base=${1:-HEAD~1}
if ! git rev-parse -q --verify "$base" >/dev/null; then
  echo "tidy: $base is not in this history, nothing to compare with (make lint checks all sources)"
  exit 0
fi
mapfile -t changed < <(git diff --name-only --diff-filter=d "$base" -- 'magenta/*.cc' | grep -v '_test\.cc$' |
  xargs -r grep -L '<ATen/\|<torch/\|reference_layers.h\|distributed/watch.h' || true)  # clang 14 does not parse libtorch's headers
echo "tidy: ${#changed[@]} sources changed since $base"
[ ${#changed[@]} -eq 0 ] || printf '%s\n' "${changed[@]}" |
  xargs -P"$(nproc)" -n2 clang-tidy-14 -p build/tidy --quiet
