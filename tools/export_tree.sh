#!/bin/bash -eu
# export_tree.sh DIR: copies what git tracks into DIR, as it stands here: changes that are not committed too, and
# files that are to be, once `git add` has named them.
out=$(realpath -m "$1")
cd "$(dirname "$0")/.."
git rev-parse --is-inside-work-tree > /dev/null || { echo "export_tree.sh: this is no clone of git" >&2; exit 1; }
mkdir -p "$out"
comm -z -23 <(git ls-files -z | LC_ALL=C sort -zu) <(git ls-files -dz | LC_ALL=C sort -zu) |
  tar --create --null --files-from=- | tar --extract --directory="$out"
