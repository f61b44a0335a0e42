# One-liners over the CMake presets. `make help` lists them.
SHELL := /bin/bash
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)
JOBS := $(shell nproc)
CORPUS ?= corpus
FUZZ_SECONDS ?= 30
SHARED ?= ../shared
MUSIC ?= $(SHARED)/data/nottingham
export MAGENTA_SHARED ?= $(SHARED)
export MAGENTA_CORPUS ?= $(CORPUS)

.DEFAULT_GOAL := all
.PHONY: all full help setup setup-demo demo studio dev test slow bench bench-studio yardsticks screenshots lint lint-studio format format-check layers tidy tidy-ready \
        asan asan-unit tsan fuzz corpus bundles listening drums parity magentajs wheel setup-package package release release-check \
        ci clean

all: setup build/venv-python/ok  ## everything, release, into build/bin
	cmake --preset full
	cmake --build build

full: all

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 14

# Installs the Debian packages of the files given, if one is missing. A node and npm of another vendor, beside which
# Debian's cannot be installed, are kept.
define install
	@wanted="$$(sed 's/\#.*//' $(1) | xargs)"; \
	if command -v node >/dev/null && command -v npm >/dev/null; then wanted="$$(echo $$wanted | sed -E 's/\b(nodejs|npm)\b//g')"; fi; \
	missing="$$(for p in $$wanted; do dpkg -s $$p 2>/dev/null | grep -q '^Status: install ok' || echo $$p; done | xargs)"; \
	if [ -n "$$missing" ]; then \
	  echo "Installing Debian packages: $$missing"; \
	  $(SUDO) apt-get update -q && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $$missing; \
	fi
endef

setup-demo:  ## the packages that `make demo` needs
	$(call install,packages-demo.txt)

setup: setup-demo  ## all packages
	$(call install,packages.txt)

build/build.ninja:
	cmake --preset demo

demo: setup-demo build/build.ninja  ## build, generate ten melodies, one WAV and one picture into build/demo
	cmake --build build --target magenta magenta-live
	@tools/demo.sh

studio: all  ## build all and open the studio in the browser
	build/bin/magenta studio

dev: setup  ## the quick loop: no libtorch, into build/dev
	cmake --preset dev
	cmake --build build/dev

# TensorBoard's own reader judges our event files; it comes from PyPI, for the tests alone.
build/venv/ok: tools/requirements-test.txt
	python3 -m venv build/venv && build/venv/bin/pip install -q -r tools/requirements-test.txt && touch $@

# What the Python package is built and tested with, from PyPI.
build/venv-python/ok: python/requirements-test.txt
	python3 -m venv build/venv-python && build/venv-python/bin/pip install -q -r python/requirements-test.txt && touch $@

# 501 of the reference's recorded rows are about these tunes; without them they are left out.
$(CORPUS)/ryansMammoth:
	-tools/corpus.sh $(CORPUS)

# What the wheel is built with, from PyPI.
build/venv-wheel/ok: python/requirements-wheel.txt
	python3 -m venv build/venv-wheel && build/venv-wheel/bin/pip install -q -r python/requirements-wheel.txt && touch $@

wheel: setup build/venv-wheel/ok  ## the Python package as a wheel into build/wheel
	tools/wheel.sh

test: all build/venv/ok $(CORPUS)/ryansMammoth  ## install, build, and pass all tests but the slow ones
	ctest --test-dir build --output-on-failure -j$(JOBS) -LE slow

slow: all build/venv/ok build/venv-wheel/ok  ## the slow tests
	ctest --test-dir build --output-on-failure -j$(JOBS) -L slow

bench: setup  ## what docs/performance.md shows: kernels, ours beside installed peers, growth
	cmake --preset full -DMAGENTA_BENCH=ON -DMAGENTA_PYTHON=OFF
	cmake --build build
	tools/bench/kernels.sh
	@if [ -d $(MUSIC) ]; then tools/bench/peers.py --music=$(MUSIC) && \
	  tools/bench/growth.py --music=$(MUSIC) --out=build/growth.svg; \
	else echo "no folder $(MUSIC): make bench MUSIC=FOLDER of MIDI files compares with peers, too"; fi

yardsticks: setup  ## models of public yardsticks and their figures, as docs/music.md shows them: make yardsticks SET=A (B, C, D; all)
	cmake --preset full
	cmake --build build --target yardsticks magenta magenta-train
	tools/yardsticks.py train $(SET)

bench-studio: all  ## loading, frames, first sound and answer of the studio's page, as docs/performance.md shows them
	cd studio && npx --no-install playwright test --project=bench

screenshots: all  ## pictures of the studio at two sizes, light and dark, into docs/studio/
	cd studio && npx --no-install playwright test --project=screenshots

layers:  ## who may include whom
	python3 tools/check_layers.py

format:  ## clang-format over all sources
	git ls-files '*.h' '*.hpp' '*.cc' | xargs clang-format-14 -i

format-check:
	git ls-files '*.h' '*.hpp' '*.cc' | xargs clang-format-14 --dry-run --Werror

# What clang-tidy reads: compile commands without batches, and the generated headers.
tidy-ready: setup
	cmake --preset dev -B build/tidy -DMAGENTA_TORCH=ON -DMAGENTA_SERVE=ON
	cmake --build build/tidy --target magenta_proto magenta_grpc

lint: layers format-check lint-studio tidy-ready  ## format, layers, types and eslint of the page, clang-tidy over all sources
	tools/tidy.py all

lint-studio: setup  ## types and eslint of the studio's page
	cd studio && { [ -d node_modules ] || npm ci --no-audit --no-fund; } && npm run --silent lint

tidy: tidy-ready  ## clang-tidy over what changed since BASE (default: where this branch left main)
	tools/tidy.py changed $(BASE)

asan: setup  ## all tests but the slow ones under the address and undefined-behaviour sanitizers
	cmake --preset asan
	cmake --build build/asan
	ctest --test-dir build/asan --output-on-failure -j$(JOBS) -LE slow

asan-unit: setup  ## the unit tests alone
	cmake --preset asan
	cmake --build build/asan --target unit_tests
	ctest --test-dir build/asan --output-on-failure -j$(JOBS) -L unit -LE slow

tsan: setup  ## all tests but the slow ones under the thread sanitizer
	cmake --preset tsan
	cmake --build build/tsan
	ctest --test-dir build/tsan --output-on-failure -j$(JOBS) -LE slow

fuzz: setup  ## every fuzz target from its corpus, FUZZ_SECONDS each (default 30)
	tools/fuzz.sh $(FUZZ_SECONDS)

corpus: setup  ## folk tunes (ABC), chorales, madrigals and quartets (MusicXML) of the PyPI package music21, into corpus/
	tools/corpus.sh $(CORPUS)

bundles: all corpus  ## train the bundled weights again (about an hour) into build/bundles
	tools/train_bundles.sh $(CORPUS) $(SHARED)/data/nottingham

HELD_OUT_CHORALES = $(CORPUS)/bach tools/held_out_chorales.txt
listening: all corpus  ## music of several parts beside held-out chorales, as docs/music.md shows it; MIDI, WAV and PNG into build/listening
	tools/parts_report.py figures $(HELD_OUT_CHORALES)
	tools/parts_report.py sides $(HELD_OUT_CHORALES)
	tools/parts_report.py examples $(HELD_OUT_CHORALES)
	tools/chords_report.py $(HELD_OUT_CHORALES) --examples=3
	tools/listening_report.py build/listening

drums: all  ## train a drum_kit from your own MIDI: make drums DIR=folder
	tools/train_drums.sh "$(DIR)"

parity: all  ## against the real Magenta (needs Python 3.10 and PyPI), the table of docs/parity.md
	tools/parity.py

# Magenta.js comes from npm, to judge the folders of `bundle --format=magentajs`.
build/magentajs/ok: tools/magentajs/package.json
	mkdir -p build/magentajs && cp $< build/magentajs/
	npm install --prefix build/magentajs --no-audit --no-fund --no-package-lock --ignore-scripts && touch $@

magentajs: all build/magentajs/ok  ## against the real Magenta.js in node (needs node, npm and the network)
	ctest --test-dir build --output-on-failure -V -R e2e_magentajs_test

setup-package: setup-demo  ## what Debian packages are built with
	$(call install,packages-package.txt)

package: setup-package  ## Debian packages of this tree into build/package
	tools/package.sh

release: package wheel  ## packages, wheel, sources, SBOM, notes and checksums into build/release
	tools/release.sh

release-check: setup-package build/venv-python/ok wheel  ## the tests of a release: bare machines (as root), large downloads; an hour
	$(call install,packages-release.txt)
	cmake --preset full -DMAGENTA_RELEASE_TESTS=ON
	cmake --build build
	ctest --test-dir build --output-on-failure -L release

# What is left out of the tests must be named in the list, with its reason.
ci:  ## what a change must pass: README's two commands in a fresh build/, then all below
	tools/first_commands.sh
	tools/check_skips.py build/skips.txt tests/allowed_skips.txt
	$(MAKE) slow
	tools/check_skips.py build/skips.txt tests/allowed_skips.txt
	$(MAKE) layers format-check lint-studio
	$(MAKE) tidy
	$(MAKE) asan-unit
	tools/check_skips.py build/asan/skips.txt tests/allowed_skips.txt
	FUZZ_SEED=1 $(MAKE) fuzz FUZZ_SECONDS=5

clean:
	rm -rf build
