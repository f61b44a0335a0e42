#!/bin/bash -eu
# corpus.sh FOLDER [--all]: unpacks music of the PyPI package music21 into FOLDER, each collection in a folder of its
# name there: folk tunes in ABC for the models of melodies, and scores of several parts in MusicXML.
#
#   ryansMammoth, oneills1850, airdsAirs  about 4,250 folk tunes, encoded by volunteers who name themselves in the files
#   bach             the chorales (bwv*.mxl), most encoded by Margaret Greentree: "used by permission", as the files say
#   monteverdi       madrigals of books 3 and 4
#   beethoven, haydn, mozart, schumann_robert   movements of string quartets
#
# All of these composers are long dead, so that only encodings can be under copyright. The package's own word
# (FOLDER/license.txt): they are "distributed with the permission of the encoders"; some may not be used commercially,
# which single files and folders say themselves. What says so, or names another owner, is left out:
#
#   essenFolksong    for NON-COMMERCIAL use only; only with --all
#   madrigal.5.*     Monteverdi's book 5: each names Ut Orpheus Edizioni, 2003, as the owner of its text
#   bwv846.mxl       a prelude, from a page of MuseScore's that the file names without its terms
# So is madrigal.3.1_old.mxl, of which a better one stands beside it.
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
if [ "${2:-}" = --all ]; then
  echo "The Essen collection is free for NON-COMMERCIAL use only; its licence lies beside it."
fi
python3 tools/unpack_corpus.py "$work"/music21-*.whl "$folder" ${2:+"$2"}
