#!/bin/bash -eu
# package.sh [OUT]: Debian packages of this tree, as it stands, into OUT (build/package): *.deb, .buildinfo, .changes.
# They are built from a copy of what git tracks, changes that are not committed too, in OUT/src.
cd "$(dirname "$0")/.."
out=$(realpath -m "${1:-build/package}")
missing=()
for command in git tar dpkg-buildpackage dh cmake ninja; do
  command -v "$command" > /dev/null || missing+=("$command")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "package.sh: missing here: ${missing[*]}. \`make setup-package\` installs what packages are built with" >&2
  exit 1
fi
rm -rf "$out/src" "$out"/*.deb "$out"/*.buildinfo "$out"/*.changes
tools/export_tree.sh "$out/src"

# debhelper gives a build another home.
if command -v ccache > /dev/null; then export CCACHE_DIR="${CCACHE_DIR:-$(ccache --get-config cache_dir)}"; fi
# A node of another vendor serves as well as Debian's, which dpkg would ask for.
check=()
if command -v node > /dev/null && command -v npm > /dev/null && ! dpkg-query -W npm > /dev/null 2>&1; then
  check=(-d)
fi
cd "$out/src"
dpkg-buildpackage "${check[@]}" -b -us -uc
ls -l "$out"/*.deb
