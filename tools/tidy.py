#!/usr/bin/env python3
"""tidy.py all | changed [BASE]: clang-tidy over all sources, or over what changed since BASE.

Sources of one room go through clang-tidy in batches, as unity builds compile them: their headers are
then read once, which is most of the time. The compile commands are those of build/tidy (`make tidy`
makes it), the batches lie in build/tidy/batches. BASE is, where it is not named, where this branch left
origin's main; on main itself, the last commit's parent. A changed header is checked with a source that
includes it. Tests are left out, and what clang 14 does not parse: libtorch's headers.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "tidy"
BATCH = 12
UNPARSED = re.compile(r"<ATen/|<torch/|train/relative/gru\.h|reference_layers\.h|distributed/heartbeat\.h")
ALONE = re.compile(r"HWY_TARGET_INCLUDE|^int main\(|<boost/asio", re.M)
# The analyzer follows these into Boost's headers, and finds there what is none.
UNANALYZED = re.compile(r"<boost/asio")


def git(*args: str) -> list[str]:
    return subprocess.run(["git", *args], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=False).stdout.split()


def base() -> str | None:
    """The commit to compare with; none where the history is one commit long."""
    head = git("rev-parse", "HEAD")
    for main in ("origin/HEAD", "origin/main"):
        found = git("merge-base", "HEAD", main)
        if found and found != head:
            return found[0]
    return next(iter(git("rev-parse", "-q", "--verify", "HEAD~1")), None)


def is_source(file: str) -> bool:
    # examples/embed has a build of its own, which knows an installed Magenta alone.
    return (file.startswith(("magenta/", "examples/")) and not file.startswith("examples/embed/")
            and file.endswith(".cc") and not file.endswith("_test.cc") and (ROOT / file).exists()
            and not UNPARSED.search((ROOT / file).read_text(encoding="utf-8")))


def shown_by(header: str) -> str:
    """A source that includes `header`: its own, else the first; the header where there is none."""
    own = header.removesuffix(".h") + ".cc"
    users = git("grep", "-lF", f'"{header}"', "--", "magenta/*.cc")
    return own if is_source(own) else next(filter(is_source, users), header)


def changed(since: str) -> list[str]:
    files = set(git("diff", "--name-only", since) + git("ls-files", "--others", "--exclude-standard"))
    return sorted(files | {shown_by(file) for file in files if re.match(r"magenta/.*\.h$", file)})


def batches(files: list[str]) -> list[dict]:
    """Entries of compile commands, each for a file that includes some of `files`."""
    rooms = collections.defaultdict(list)
    commands = {os.path.relpath(entry["file"], ROOT): entry["command"]
                for entry in json.loads((BUILD / "compile_commands.json").read_text())}
    for file in files:
        command = re.sub(r" -o \S+ -c \S+$", "", commands[file])
        alone = file if ALONE.search((ROOT / file).read_text(encoding="utf-8")) else ""
        rooms[os.path.dirname(file), command, alone].append(file)
    (BUILD / "batches").mkdir(exist_ok=True)
    entries = []
    for (_, command, _), members in rooms.items():
        for i in range(0, len(members), BATCH):
            path = BUILD / "batches" / f"UnifiedSource{len(entries)}.cc"  # by this name the analyzer knows a batch
            path.write_text("".join(f'#include "{ROOT / file}"  // NOLINT\n' for file in members[i:i + BATCH]))
            entries.append({"directory": str(BUILD), "file": str(path), "command": f"{command} -c {path}"})
    return entries


def tidy(entry: dict) -> bool:
    sources = re.findall(r'#include "(.*)"', pathlib.Path(entry["file"]).read_text())
    boost = any(UNANALYZED.search(pathlib.Path(source).read_text(encoding="utf-8")) for source in sources)
    checks = ["--checks=-clang-analyzer-*"] if boost else []
    done = subprocess.run(["clang-tidy-14", "-p", str(BUILD / "batches"), "--quiet", *checks, entry["file"]],
                          check=False, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    print(done.stdout + (done.stderr if done.returncode and not done.stdout else ""), end="", flush=True)
    return done.returncode == 0


def main() -> int:
    since = (sys.argv[2] if len(sys.argv) > 2 else base()) if sys.argv[1] == "changed" else None
    files = sorted(filter(is_source, changed(since) if since else git("ls-files")))
    entries = batches(files)
    print(f"tidy: {len(files)} sources{f' changed since {since}' if since else ''}, {len(entries)} batches", flush=True)
    (BUILD / "batches" / "compile_commands.json").write_text(json.dumps(entries))
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count()))) as pool:
        return 0 if all(list(pool.map(tidy, entries))) else 1


if __name__ == "__main__":
    sys.exit(main())
