#!/bin/bash -eu
# corpus.sh FOLDER [--all]: unpacks the folk tunes (ABC) of the PyPI package music21 into FOLDER.
#
# Ryan's Mammoth Collection, O'Neill's and Aird's: about 4,250 tunes, encoded by volunteers who name
# themselves in the files. With --all also the Essen collection, which is for NON-COMMERCIAL use only.
folder=${1:?usage: corpus.sh FOLDER [--all]}
version=10.5.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "Fetching music21 $version from PyPI ..."
python=python3
if ! python3 -m pip --version >/dev/null 2>&1; then  # Debian's python3 comes without
  python3 -m venv "$work/venv"
  python=$work/venv/bin/python
fi
"$python" -m pip download -q --no-deps --only-binary=:all: --python-version 3.11 -d "$work" "music21==$version"
collections=(ryansMammoth oneills1850 airdsAirs)
if [ "${2:-}" = --all ]; then
  collections+=(essenFolksong)
  echo "The Essen collection is free for NON-COMMERCIAL use only; its licence lies beside it."
fi
python3 - "$work"/music21-*.whl "$folder" "${collections[@]}" <<'PYTHON'
import pathlib, sys, zipfile
wheel, folder, *collections = sys.argv[1:]
count = 0
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        parts = pathlib.PurePosixPath(name).parts
        if len(parts) < 4 or parts[:2] != ("music21", "corpus") or parts[2] not in collections:
            continue
        if not (name.endswith(".abc") or "license" in name.lower()):
            continue
        target = pathlib.Path(folder, *parts[2:])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(name))
        count += name.endswith(".abc")
print(f"{count} ABC files in {folder}")
PYTHON
