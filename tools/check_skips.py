#!/usr/bin/env python3
"""check_skips.py SKIPS [LIST]: what the last run of ctest left out; with LIST, whether it may.

SKIPS is skips.txt of a build folder: a line a case, its test program, its name and its reason, by tabs
(tests/test_main.cc and tests/e2e/run_script.py write it). LIST (tests/allowed_skips.txt) holds a line for
each reason that `make ci` takes: a regular expression of "PROGRAM: REASON", two blanks or more, and why
the test can't be had there. A skip that no line names fails.
"""
import collections
import pathlib
import re
import sys


def read_skips(path: str) -> dict[str, list[str]]:
    """"PROGRAM: REASON" -> names of cases, in the order of the alphabet."""
    found = collections.defaultdict(set)
    file = pathlib.Path(path)
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        program, name, reason = (line.split("\t") + ["", ""])[:3]
        found[f"{program}: {reason}"].add(name)
    return {key: sorted(found[key]) for key in sorted(found)}


def read_list(path: str) -> list[str]:
    patterns = []
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        pattern, _, why = line.partition("  ")
        if not why.strip():
            sys.exit(f"{path}: {pattern}: no reason stands behind it, after two blanks")
        patterns.append(pattern)
    return patterns


def main() -> int:
    skips = read_skips(sys.argv[1])
    allowed = read_list(sys.argv[2]) if len(sys.argv) > 2 else None
    print(f"Cases left out: {sum(map(len, skips.values()))}")
    problems = 0
    for skip, names in skips.items():
        named = allowed is None or any(re.search(pattern, skip) for pattern in allowed)
        problems += not named
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        print(f"  {'' if named else 'NOT ALLOWED: '}{skip} ({shown})")
    if problems:
        print(f"{problems} reasons are not in {sys.argv[2]}: mend the test or the machine, or say there why not")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
