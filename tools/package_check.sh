#!/bin/bash -eu
# package_check.sh [DIR]: in a bare Debian 12, below DIR (/var/tmp/magenta-package-check; 8 GB; kept for the next time):
# builds the packages twice, in another folder, time, language and umask, and compares their bytes; lintian; builds a
# lower version; installs, uses, upgrades and removes them. Root only; needs debootstrap and the network.
cd "$(dirname "$0")/.."
here=$PWD
dir=$(realpath -m "${1:-/var/tmp/magenta-package-check}")
if [ ! -d "$dir/bare" ] && [ -n "$(ls -A "$dir" 2> /dev/null)" ]; then
  echo "$dir holds what package_check.sh did not put there: name a folder of its own" >&2
  exit 1
fi
[ "$(id -u)" = 0 ] || { echo "package_check.sh makes a system of its own: run it as root" >&2; exit 1; }
mkdir -p "$dir"

# say WHAT: a heading.
say() { printf '\n== %s\n' "$*"; }

# in_system SYSTEM [NAME=VALUE...] < SCRIPT: runs a script of bash in the folder of a system, with what is in $dir/debs
# at /debs. Whatever it starts ends with it.
in_system() {
  local system=$dir/$1
  shift
  mkdir -p "$system/debs" "$dir/debs"
  cat > "$system/tmp/script"
  unshare --mount --pid --fork --kill-child --mount-proc="$system/proc" bash -euc '
    system=$1 debs=$2; shift 2
    mount --rbind /dev "$system/dev"
    mount -t tmpfs tmpfs "$system/dev/shm"
    mount --bind "$debs" "$system/debs"
    exec env --ignore-environment HOME=/root LANG=C.UTF-8 TERM=dumb PATH=/usr/sbin:/usr/bin:/sbin:/bin \
      DEBIAN_FRONTEND=noninteractive "$@" chroot "$system" bash -eu /tmp/script' bash "$system" "$dir/debs" "$@"
}

# fresh NAME FROM: a system like FROM.
fresh() {
  rm -rf --one-file-system "${dir:?}/$1"
  cp --archive --reflink=auto "$dir/$2" "$dir/$1"
  cp /etc/resolv.conf "$dir/$1/etc/"
}

say "a bare Debian 12"
if [ ! -e "$dir/bare/made" ]; then
  rm -rf --one-file-system "$dir/bare"
  mapfile -t sources < <(apt-get indextargets --format 'deb $(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
                         grep -E ' bookworm(-updates|-security)? main$' | sort -u)
  [ ${#sources[@]} -gt 0 ] || sources=("deb http://deb.debian.org/debian bookworm main")
  site=$(printf '%s\n' "${sources[@]}" | awk '$3 == "bookworm" { print $2; exit }')
  debootstrap --variant=minbase bookworm "$dir/bare" "$site"
  printf '%s\n' "${sources[@]}" > "$dir/bare/etc/apt/sources.list"
  # Certificates that this machine's administrator trusts, a proxy's say.
  mkdir -p "$dir/bare/usr/local/share/ca-certificates"
  cp -a /usr/local/share/ca-certificates/. "$dir/bare/usr/local/share/ca-certificates/"
  touch "$dir/bare/made"
fi

say "builds twice, and a lower version"
fresh build bare
rm -rf "$dir/debs"
mkdir "$dir/debs"
cp tools/as_service.py "$dir/debs"
tools/export_tree.sh "$dir/build/build/one/src"
cp -a "$dir/build/build/one" "$dir/build/build/another place"
mv "$dir/build/build/another place" "$dir/build/build/another-place"
# The same tree, as if it were an older version.
cp -a "$dir/build/build/one" "$dir/build/build/old"
version=$(sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
sed -i "1s/(.*)/(0.0.1)/" "$dir/build/build/old/src/debian/changelog"
sed -i "s/^project(magenta VERSION $version/project(magenta VERSION 0.0.1/" "$dir/build/build/old/src/CMakeLists.txt"
npm=(npm_config_cafile=/etc/ssl/certs/ca-certificates.crt)
if command -v npm > /dev/null; then npm+=(npm_config_registry="$(npm config get registry)"); fi
in_system build "${npm[@]}" <<'END'
apt-get update -q
apt-get install -qy --no-install-recommends ca-certificates dpkg-dev
cd /build/one/src
apt-get build-dep -qy --no-install-recommends .
apt-get install -qy --no-install-recommends lintian mandoc desktop-file-utils ccache
export CCACHE_DIR=/root/ccache
dpkg-buildpackage -b -us -uc
cd /build/another-place/src
( umask 077; CCACHE_DISABLE=1 TZ=Asia/Kolkata LC_ALL=C dpkg-buildpackage -b -us -uc )
cd /build/one
for deb in *.deb; do cmp "$deb" "/build/another-place/$deb"; done
echo "Both builds gave the same bytes:"
sha256sum *.deb

lintian --allow-root --fail-on error,warning *.changes
mkdir /tmp/all
for deb in *.deb; do dpkg-deb -x "$deb" /tmp/all; done
if grep -rlE '/build/(one|another-place)' /tmp/all; then echo "names the folder it was built in" >&2; exit 1; fi
find /tmp/all/usr/share/man -type f -name '*.gz' -exec gunzip {} +
find /tmp/all/usr/share/man -type f -print0 | xargs -0 mandoc -T lint -W warning
desktop-file-validate /tmp/all/usr/share/applications/*.desktop
cp *.deb /debs/

# In the first's place: the compiler's cache has what no version changes.
mv /build/one /build/first
mv /build/old /build/one
cd /build/one/src
dpkg-buildpackage -b -us -uc
mkdir -p /debs/old
for deb in ../*.deb; do cp "$deb" "/debs/old/$(dpkg-deb -f "$deb" Package).deb"; done
END

say "installs, uses, upgrades, removes"
fresh use bare
in_system use <<'END'
apt-get update -q
apt-get install -qy --no-install-recommends ca-certificates curl systemd man-db gcc pkg-config libc6-dev python3
useradd --create-home me
as_me() { runuser -u me -- env HOME=/home/me bash -eu -c "cd; $1"; }
fails() { if "$@"; then echo "did not fail: $*" >&2; exit 1; fi; }
find / -xdev \( -path /proc -o -path /home -o -path /debs -o -path /tmp -o -path /var/cache -o -path /var/log \
  -o -path /var/lib/apt \) -prune -o -print | sort > /tmp/before

# What the scripts of packages have systemd do with their services, as if it ran here.
mkdir -p /run/systemd/system
: > /tmp/invoked
invoked() { grep magenta /tmp/invoked || true; : > /tmp/invoked; }
printf '#!/bin/sh\necho "$@" >> /tmp/invoked\n' > /usr/bin/deb-systemd-invoke

echo "-- magenta alone"
apt-get install -qy --no-install-recommends /debs/old/magenta.deb
[ "$(magenta --version)" = "magenta 0.0.1" ]
if dpkg-query -W 'libtorch*' 2> /dev/null | grep -q .; then echo "magenta brings libtorch" >&2; exit 1; fi
as_me 'magenta --version
  magenta generate --output_dir=tunes --num_outputs=20 --num_steps=256 --seed=1 --quiet
  magenta render "$(ls tunes/*.mid | head -1)" --format=wav,png --output_dir=sound --quiet
  magenta live --backend=file --input_port="$(ls tunes/*.mid | head -1)" --output_port=duet.mid --quiet
  test -s duet.mid; ls sound/*.wav sound/*.png > /dev/null
  lookback_rnn_generate --bundle_file=/usr/share/magenta/bundles/lookback_rnn.mag --output_dir=old --num_outputs=1 --num_steps=32
  man magenta-generate | grep -q primer_melody; man lookback_rnn_generate | grep -q primer_melody'
fails as_me 'magenta train --run_dir=run --sequence_example_file=x 2> said'
grep -q 'The package magenta-train brings it: `apt-get install ./magenta-train_\*.deb`' /home/me/said
as_me 'magenta serve --port=8099 --grpc_port=0 --quiet > where & server=$!
  for i in $(seq 100); do [ -s where ] && break; sleep 0.2; done
  curl -sf localhost:8099/v1/generators | grep -q lookback_rnn
  curl -sf localhost:8099/ | grep -q "<title>"
  curl -sf localhost:8099/v1/models > models.json
  kill $server; wait $server'
grep -q 'The package magenta-train brings it' /home/me/models.json

echo "-- magenta-train"
apt-get install -qy --no-install-recommends /debs/old/magenta-train.deb /debs/old/libmagenta1.deb /debs/old/libmagenta-dev.deb
as_me 'magenta convert --input_dir=tunes --output_file=notes.tfrecord --quiet
  magenta dataset --config=basic_rnn --input=notes.tfrecord --output_dir=data --quiet
  magenta train --config=basic_rnn --run_dir=run --sequence_example_file=data/training_melodies.tfrecord \
    --hparams="batch_size=2,rnn_layer_sizes=[16]" --num_training_steps=2 --quiet
  magenta bundle --run_dir=run --bundle_file=mine.mag --quiet
  mkdir -p .local/share/magenta/studio; cp mine.mag .local/share/magenta/studio/; echo piece > .local/share/magenta/piece'

echo "-- the service"
systemd-analyze verify /usr/lib/systemd/system/magenta-serve.service 2>&1 | tee /tmp/said; [ ! -s /tmp/said ]
systemd-analyze security --offline=true --no-pager --threshold=20 /usr/lib/systemd/system/magenta-serve.service > /tmp/said
tail -1 /tmp/said
[ ! -e /etc/systemd/system/multi-user.target.wants/magenta-serve.service ]
[ "$(invoked)" = "" ]
[ "$(stat -c '%a %U %G' /etc/default/magenta-serve)" = "640 root root" ]
( cd /home/me; /debs/as_service.py /usr/lib/systemd/system/magenta-serve.service magenta train --run_dir=taught \
    --config=basic_rnn --sequence_example_file=data/training_melodies.tfrecord \
    --hparams="batch_size=2,rnn_layer_sizes=[16]" --num_training_steps=2 --quiet )
[ "$(stat -c %U /home/me/taught/train/checkpoint)" = me ]
# What systemd would make, and the service keep.
mkdir -p /var/lib/private/magenta/studio; ln -s private/magenta /var/lib/magenta; echo kept > /var/lib/private/magenta/studio/piece

echo "-- upgrade"
echo '# mine' >> /etc/default/magenta-serve
( cd /home/me; find . -type f -print0 | sort -z | xargs -0 sha256sum ) > /tmp/home
apt-get install -qy --no-install-recommends /debs/magenta_*.deb /debs/magenta-train_*.deb /debs/libmagenta1_*.deb /debs/libmagenta-dev_*.deb
[ "$(magenta --version)" = "magenta $(dpkg-query -W -f '${Version}' magenta)" ]
[ "$(magenta --version)" != "magenta 0.0.1" ]
( cd /home/me; sha256sum --quiet -c /tmp/home )
[ "$(invoked)" = "try-restart magenta-serve.service" ]
grep -q '# mine' /etc/default/magenta-serve
[ "$(cat /var/lib/magenta/studio/piece)" = kept ]
as_me 'magenta train --run_dir=run --config=basic_rnn --sequence_example_file=data/training_melodies.tfrecord \
    --hparams="batch_size=2,rnn_layer_sizes=[16]" --num_training_steps=4 --quiet
  magenta generate --bundle_file=mine.mag --output_dir=more --num_outputs=1'

echo "-- the library"
printf '#include <magenta/magenta.h>\nint main(void) { return 0; }\n' > /tmp/a.c
gcc /tmp/a.c -o /tmp/a $(pkg-config --cflags --libs magenta) && /tmp/a

echo "-- remove"
( cd /home/me; find . -type f -print0 | sort -z | xargs -0 sha256sum ) > /tmp/home
dpkg -L magenta magenta-train libmagenta1 libmagenta-dev | sort -u > /tmp/files
apt-get remove -qy magenta magenta-train libmagenta1 libmagenta-dev
[ "$(invoked)" = "stop magenta-serve.service" ]
[ "$(cat /var/lib/magenta/studio/piece)" = kept ]
dpkg --purge magenta magenta-train libmagenta1 libmagenta-dev
apt-get autoremove --purge -qy
( cd /home/me; sha256sum --quiet -c /tmp/home )
find / -xdev \( -path /proc -o -path /home -o -path /debs -o -path /tmp -o -path /var/cache -o -path /var/log \
  -o -path /var/lib/apt \) -prune -o -print | sort > /tmp/after
comm -13 /tmp/before /tmp/after > /tmp/left
while read -r path; do [ -d "$path" ] || echo "$path"; done < /tmp/left > /tmp/left_files
if grep -Fx -f /tmp/files /tmp/left_files || grep -i magenta /tmp/left; then echo "left behind" >&2; exit 1; fi
END
rm -rf --one-file-system "$dir/use" "$dir/build"
say "all is well"
