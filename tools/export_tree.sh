#!/bin/bash -eu
# export_tree.sh DIR: copies what git tracks into DIR, as it stands here: changes that are not committed too, and
# files that are to be, once `git add` has named them.
out=$(realpath -m "$1")
cd "$(dirname "$0")/.."
if ! above=$(git rev-parse --show-prefix 2> /dev/null) || [ -n "$above" ]; then
  echo "export_tree.sh: this is no clone of git. In a release's sources \`dpkg-buildpackage -b\` builds the packages" >&2
  exit 1
fi
mkdir -p "$out"
comm -z -23 <(git ls-files -z | LC_ALL=C sort -zu) <(git ls-files -dz | LC_ALL=C sort -zu) |
  tar --create --null --files-from=- | tar --extract --directory="$out"
