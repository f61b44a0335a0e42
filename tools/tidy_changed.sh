#!/bin/bash -eu
# tidy_changed.sh [BASE]: clang-tidy over the sources that changed since BASE (default HEAD~1), in
# the compile commands of build/tidy. The first commit of a history counts as all changed.
base=${1:-HEAD~1}
git rev-parse -q --verify "$base" >/dev/null || base=$(git hash-object -t tree /dev/null)
git diff --name-only --diff-filter=d "$base" -- 'magenta/*.cc' | grep -v '_test\.cc$' |
  xargs -r -P"$(nproc)" -n2 clang-tidy-14 -p build/tidy --quiet
