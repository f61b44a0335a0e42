#!/usr/bin/env python3
"""unpack_corpus.py WHEEL FOLDER [--all]: the music of tools/corpus.sh, which says why, out of music21's wheel.

WHEEL may be an unpacked one: the folder that holds music21/."""
import collections
import fnmatch
import pathlib
import sys
import zipfile

COLLECTIONS = (
    "ryansMammoth/*.abc", "oneills1850/*.abc", "airdsAirs/*.abc",
    "bach/bwv*.mxl", "monteverdi/*.mxl", "beethoven/*.mxl", "haydn/*.mxl",
    "mozart/k80/*.mxl", "mozart/k155/*.mxl", "mozart/k156/*.mxl", "mozart/k458/*.mxl",
    "schumann_robert/opus41no1/*.mxl",
)
NON_COMMERCIAL = ("essenFolksong/*.abc",)
LEFT_OUT = ("bach/bwv846.mxl", "monteverdi/madrigal.5.*", "monteverdi/madrigal.3.1_old.mxl")
LICENCES = ("license.txt",)


def is_any(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def files_of(wheel):
    """(name below music21/corpus/, how to read it) of all files there."""
    root = pathlib.Path(wheel, "music21", "corpus")
    if root.is_dir():
        for path in sorted(root.rglob("*")):
            if path.is_file():
                yield path.relative_to(root).as_posix(), path.read_bytes
        return
    archive = zipfile.ZipFile(wheel)
    for name in archive.namelist():
        if name.startswith("music21/corpus/") and not name.endswith("/"):
            yield name[len("music21/corpus/"):], lambda name=name: archive.read(name)


def main(wheel, folder, *flags):
    wanted = COLLECTIONS + (NON_COMMERCIAL if "--all" in flags else ())
    licences = LICENCES + tuple(pattern.split("/")[0] + "/*licen[cs]e*" for pattern in wanted)
    counts = collections.Counter()
    for name, read in files_of(wheel):
        is_music = is_any(name, wanted) and not is_any(name, LEFT_OUT)
        if not is_music and not is_any(name.lower(), [p.lower() for p in licences]):
            continue
        target = pathlib.Path(folder, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(read())
        if is_music:
            counts[name.split("/")[0]] += 1
    print(", ".join(f"{count} files of {name}" for name, count in sorted(counts.items())), "in", folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
