#!/usr/bin/env python3
"""Checks who includes whom: data flows down the list of rooms and never back up.

The table below is the one in ARCHITECTURE.md. A file of a room may include its own room, the rooms
(or single headers) named here, the generated protocol buffers and libraries. Some libraries are kept
to one room. CMakeLists.txt may link a room with no other rooms than these, and what a host may load
links none that sees a heavy library. And no two types of one namespace share a name: programs hold
several rooms, and would mix them up without a word.
"""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

MUSIC = ["music", "music/drums", "music/harmony", "music/performance", "music/played", "music/polyphony",
         "music/score"]
IO = ["io/record", "io/tensor", "io/midi", "io/score", "io/abc", "io/musicxml", "io/drums",
      "io/music", "io/request"]
# What many rooms see: models and what is below them, and those that make music with them.
MODELS = ["base"] + MUSIC + ["codec", "codec/score", "kinds", "nn", "models"]
GENERATE = MODELS + ["request", "request/parts", "generate", "generate/plan"] + IO
ROOMS = {
    "base": [],
    "music": ["base"],
    "music/drums": ["base", "music"],
    "music/harmony": ["base", "music"],
    "music/score": ["base", "music"],
    "music/played": ["base", "music", "music/score"],
    "music/polyphony": ["base", "music"],
    # What note-seq calls sequences_lib.
    "music/edits": ["base", "music", "music/harmony"],
    # Pedals and speeds are edits.
    "music/performance": ["base", "music", "music/edits"],
    "io/record": ["base", "music"],
    "io/tensor": ["base", "music", "io/record"],
    "io/midi": ["base", "music", "music/harmony"],
    "io/score": ["base", "music"],
    "io/abc": ["base", "music", "music/harmony", "io/score"],
    "io/musicxml": ["base", "music", "music/harmony", "io/score"],
    "io/drums": ["base", "music", "music/drums", "io/score"],
    "io/request": ["base", "music", "io/record"],
    # The one table of formats.
    "io/music": ["base", "music", "io/record", "io/midi", "io/score", "io/abc", "io/musicxml",
                 "io/drums"],
    # What one kind of network reads.
    "codec": ["base", "nn/relative_sizes.h", "nn/nade/nade_inputs.h"] + MUSIC,
    "codec/score": ["base", "music", "music/score", "codec", "nn/relative_sizes.h"],
    # What is typed may be ABC or a drum grid.
    "kinds": ["base", "io/music", "io/drums"] + MUSIC,
    "nn": ["base"],
    "models": MODELS[:-1],
    "motifs": ["base", "codec", "kinds", "nn"] + MUSIC,
    "request": ["base", "kinds", "nn", "music/score"] + MUSIC,
    "request/parts": ["base", "kinds", "nn", "request", "music/score"] + MUSIC,
    # A request as events and as music, for any model.
    "generate/plan": ["base", "codec", "kinds", "request", "request/parts", "music/score"] + MUSIC,
    "generate": MODELS + ["motifs", "request", "request/parts", "generate/plan"] + IO,
    "pipeline": MODELS + IO,
    "render": ["base"] + MUSIC + ["io/drums"],
    # Magenta as a library: what include/magenta shows.
    "embed": GENERATE,
    # The MIDI thread's side: nothing that could allocate, lock or wait is even in sight.
    "live/realtime": ["base"],
    "live": GENERATE + ["live/realtime"],
    # The drivers know the contract, the music knows no driver.
    "live/backends": ["base", "io/midi", "live/backend.h", "live/realtime"],
    # Processes as ranks of a job; it knows no music.
    "train/distributed": ["base"],
    "train": GENERATE + ["pipeline", "train/distributed"],
    "serve": GENERATE,
    # Learning, without a wire: a folder of files, and programs of ours that run for a job.
    "studio/jobs": GENERATE + ["pipeline"],
    "studio": GENERATE + ["pipeline", "serve", "studio/jobs"],
    "cli": GENERATE + ["pipeline"],
    # The programs beside `magenta`: each sees the one heavy room that it is for.
    "cli/train": GENERATE + ["pipeline", "cli", "train", "train/distributed"],
    "cli/live": GENERATE + ["render", "cli", "live", "live/realtime", "live/backends"],
    "cli/serve": GENERATE + ["serve", "studio", "cli"],
}
# header prefix -> the rooms that may see it
ONLY = {
    "torch/": ["train", "train/distributed"],
    "ATen/": ["train"],
    "fluidsynth": ["render"],
    "cairo": ["render"],
    "sndfile.h": ["render"],
    "leveldb/": ["io/tensor"],
    "hwy/": ["nn", "train"],
    "pugixml": ["io/musicxml"],
    "zip.h": ["io/musicxml"],
    "grpc": ["serve"],
    "boost/": ["serve"],
    "jack/": ["live/backends"],
    "RtMidi.h": ["live/backends"],
}

# Rooms that run inside another program, which has ports, sound and a network of its own: with all that they link they
# see none of these.
HOSTED = ["live", "live/realtime", "generate", "pipeline", "embed"]
HEAVY = ["torch/", "ATen/", "fluidsynth", "cairo", "sndfile.h", "grpc", "boost/", "jack/", "RtMidi.h"]

# A type or alias at the beginning of a line, with its body or its bases; a nested one is its class's.
TYPE = re.compile(r"(?:class|struct|union|enum(?: class)?)\s+(\w+)(?: final)?\s*(?::(?!:)|\{|$)|using (\w+) =")
NAMESPACE = re.compile(r"namespace ?([\w:]*) \{")

INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.M)


def room_of(path: str) -> str | None:
    """The longest room that `path` (below magenta/) lies in."""
    found = [room for room in ROOMS if path.startswith(room + "/")]
    return max(found, key=len) if found else None


def problems_of(file: pathlib.Path) -> list[str]:
    relative = file.relative_to(ROOT / "magenta").as_posix()
    room = room_of(relative)
    if room is None:
        return [f"magenta/{relative}: lies in no room"]
    found = []
    for included in INCLUDE.findall(file.read_text()):
        for prefix, rooms in ONLY.items():
            if included.startswith(prefix) and room not in rooms:
                found.append(f"magenta/{relative}: {room} may not see <{included}>")
        if (file.parent / included).exists():
            found.append(f"magenta/{relative}: {included} is no full path")
        if not included.startswith("magenta/") or included.endswith(".pb.h"):
            continue
        header = included.removeprefix("magenta/")
        allowed = [room] + ROOMS[room]
        if room_of(header) not in allowed and header not in allowed:
            found.append(f"magenta/{relative}: {room} may not include {included}")
    return found


def problems_of_table() -> list[str]:
    """Rooms that see each other, and rooms that CMake links against the table."""
    found = [f"the table is no order: {a} and {b} see each other"
             for a in ROOMS for b in ROOMS[a] if a in ROOMS.get(b, [])]
    linked = re.findall(r"magenta_room\((\S+)(?: DEPS ([^)]*?))?\s*(?:LIBS [^)]*)?(?:WITH_FOLDERS)?\)",
                        (ROOT / "CMakeLists.txt").read_text())
    for room, deps in linked:
        found += [f"CMakeLists.txt: {room} may not link {dep}"
                  for dep in deps.split() if dep not in ROOMS[room]]
    deps_of = {room: deps.split() for room, deps in linked}
    heavy = {room for prefix in HEAVY for room in ONLY[prefix]}
    for room in HOSTED:
        reached, new = set(), [room]
        while new:
            reached.add(next_room := new.pop())
            new += [dep for dep in deps_of[next_room] if dep not in reached]
        found += [f"CMakeLists.txt: {room}, which a host may load, links {other}"
                  for other in sorted(reached & heavy)]
    if {room for room, _ in linked} != {room for room in ROOMS if not room.startswith("cli")}:
        found.append("CMakeLists.txt has other rooms than the table")
    return found


def types_of(file: pathlib.Path) -> set[str]:
    """What `file` defines for the whole program: types outside of unnamed namespaces, and aliases of headers."""
    found, spaces = set(), []
    for line in file.read_text().splitlines():
        if opened := NAMESPACE.match(line):
            spaces.append(opened[1])
        elif line.startswith("}  // namespace") and spaces:
            spaces.pop()
        elif (match := TYPE.match(line)) and "" not in spaces and (match[1] or file.suffix == ".h"):
            found.add("::".join(spaces + [match[1] or match[2]]))
    return found


def problems_of_types(files: list[pathlib.Path]) -> list[str]:
    """Types of one name in two files. Tests are programs of their own."""
    where = collections.defaultdict(list)
    for file in files:
        if file.suffix != ".def" and not file.stem.endswith("_test"):
            for name in types_of(file):
                where[name].append(file.relative_to(ROOT).as_posix())
    return [f"{name} is defined twice: {', '.join(sorted(places))}"
            for name, places in sorted(where.items()) if len(places) > 1]


def main() -> int:
    files = [f for suffix in ("*.h", "*.cc", "*.def") for f in (ROOT / "magenta").rglob(suffix)]
    problems = problems_of_table() + [p for file in sorted(files) for p in problems_of(file)]
    problems += problems_of_types(files + sorted((ROOT / "include").rglob("*.h*")))
    for problem in problems:
        print(problem)
    sources = [f for f in files if f.suffix != ".def" and not f.stem.endswith("_test")]
    for folder, count in sorted(collections.Counter(f.parent for f in sources).items()):
        if count > 25:
            problems.append(str(folder))
            print(f"{folder.relative_to(ROOT)}: {count} files, more than the 25 that are read at once")
    print(f"{len(files)} files in {len(ROOMS)} rooms, {len(problems)} problems")
    return 1 if problems or len(files) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
