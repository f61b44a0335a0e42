#!/bin/bash -eu
# first_commands.sh: types README's first commands as a newcomer does, in README's order, where nothing is built
# yet: what an earlier build left would hide what they do not make. Then all four programs must be there
# and start. Downloads (build/venv*) and weights trained here (build/bundles) stay.
cd "$(dirname "$0")/.."
mapfile -t commands < <(sed -n '/^```$/,/^```$/ s/^\(make [a-z]*\) .*/\1/p' README.md)
if [ "${commands[*]}" != "make demo make test" ]; then
  echo "README.md begins with other commands than make demo and make test: ${commands[*]}" >&2
  exit 1
fi
mkdir -p build
find build -mindepth 1 -maxdepth 1 ! -name 'venv*' ! -name bundles ! -name magentajs -exec rm -rf {} +
for command in "${commands[@]}"; do
  echo "== $command"
  $command
done
for program in magenta magenta-train magenta-live magenta-serve; do
  "build/bin/$program" --version
done
