#!/bin/bash -eu
# release.sh: all that is given out, into build/release: Debian packages, the wheel, the sources, what they are made of
# (SPDX), the notes of this version, and checksums of all. `make release` has built the packages and the wheel.
cd "$(dirname "$0")/.."
version=$(sed -n 's/^project(magenta VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
out=build/release
export SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -STimestamp)

rm -rf "$out"
mkdir -p "$out"
tools/release_notes.py "$version" > "$out/RELEASE_NOTES.md"
cp build/package/*.deb build/wheel/*.whl "$out"
tools/sbom.py build/package/src/obj-* "$out"/*.whl > "$out/magenta-$version.spdx.json"
sources=$(mktemp -d)
trap 'rm -rf "$sources"' EXIT
tools/export_tree.sh "$sources/magenta-$version"
tar --create --directory="$sources" --sort=name --format=gnu --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 \
    --numeric-owner --mode=u+rw,go=rX "magenta-$version" | gzip -9n > "$out/magenta-$version.tar.gz"
(cd "$out" && LC_ALL=C sha256sum -- * > SHA256SUMS)
cat "$out/SHA256SUMS"
