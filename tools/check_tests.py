#!/usr/bin/env python3
"""check_tests.py BUILT [LEFT_OUT...]: every test file is a test, every fuzz file a fuzz target with seeds.

BUILT lists the files that became tests, a path a line (tests/CMakeLists.txt writes it); LEFT_OUT are
folders that this build leaves out. A test or a case that skips itself says why.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def test_files() -> set[str]:
    return {file.relative_to(ROOT).as_posix()
            for folder in ("magenta", "tests", "examples", "bench", "tools", "python")
            for suffix in ("cc", "py") for file in (ROOT / folder).rglob(f"*_test.{suffix}")}


def problems_of_fuzz_targets() -> list[str]:
    targets = re.findall(r"^ *magenta_fuzz\((\w+)", (ROOT / "fuzz/CMakeLists.txt").read_text(), re.M)
    files = [file.stem.removesuffix("_fuzz") for file in (ROOT / "fuzz").glob("*_fuzz.cc")]
    print(f"{len(files)} fuzz targets")
    problems = [f"fuzz/{name}_fuzz.cc: is no line of fuzz/CMakeLists.txt, or is there twice"
                for name in files if targets.count(name) != 1]
    # An empty corpus is an error of libFuzzer.
    return problems + [f"fuzz/{name}_fuzz.cc: has no seeds in tests/corpus/{name}" for name in files
                       if not any(file.is_file() for file in (ROOT / "tests/corpus" / name).rglob("*"))]


def problems_of_skips(file: str) -> list[str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    if re.search(r"GTEST_SKIP\(\)\s*;|\bDISABLED_|skip(Test)?\(\s*\)|unittest\.skip\w*\([^'\"]*\)\n", text):
        return [f"{file}: leaves a case out without saying why"]
    return []


def main() -> int:
    built = set(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").split())
    left_out = tuple(f"{folder}/" for folder in sys.argv[2:])
    files = test_files()
    missing = {file for file in files - built if not file.startswith(left_out)}
    problems = [f"{file}: is no test of this build" for file in sorted(missing)]
    problems += [problem for file in sorted(files) for problem in problems_of_skips(file)]
    problems += problems_of_fuzz_targets()
    for problem in problems:
        print(problem)
    print(f"{len(built)} of {len(files)} test files are in this build, {len(problems)} problems")
    return 1 if problems or len(built) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
