"""docs/python.md is true: its snippets run in order, and mypy finds their types."""
import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator

from material import ROOT
import pytest

import magenta_native as mm
import magenta_native.records

PAGE = ROOT / "docs" / "python.md"
README = ROOT / "python" / "README.md"

SNIPPETS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
OF_TORCH = "import torch"


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    """What the snippets before have defined, in a folder that has what they wrote."""
    with contextlib.chdir(tmp_path_factory.mktemp("page")):
        yield {"__name__": "__main__"}


def test_there_are_snippets() -> None:
    assert len(SNIPPETS) > 10 and sum(OF_TORCH in code for code in SNIPPETS) == 1


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_every_snippet_runs_in_order(number: int, names: dict[str, object]) -> None:
    if OF_TORCH in SNIPPETS[number]:
        pytest.importorskip("torch", reason="left out: torch is not installed")
    exec(compile(SNIPPETS[number], f"docs/python.md, snippet {number}", "exec"), names)


def test_the_wheels_own_page_runs(tmp_path: pathlib.Path) -> None:
    """It is what an index of packages shows: of Python alone, its links go nowhere in a checkout."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        assert tomllib.load(file)["project"]["readme"] == "python/README.md"
    page = README.read_text(encoding="utf-8")
    [code] = re.findall(r"^```python\n(.*?)^```", page, re.M | re.S)
    assert len([line for line in code.splitlines() if line]) == 10
    with contextlib.chdir(tmp_path):
        exec(compile(code, "python/README.md", "exec"), {"__name__": "__main__"})
    for link in re.findall(r"\]\(([^)]*)\)|\b(?:href|src)=.([^\"']*)", page):
        assert "".join(link).startswith("https://"), link
    assert "make " not in page


def test_every_snippet_has_its_types(tmp_path: pathlib.Path) -> None:
    """But for that of torch, whose own types are no matter of ours."""
    pytest.importorskip("mypy")
    page = tmp_path / "page.py"
    page.write_text("\n".join(code for code in SNIPPETS if OF_TORCH not in code), encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}/cache",
                           str(page)], stdout=subprocess.PIPE, text=True,
                          env={**os.environ, "MYPYPATH": str(ROOT / "python")})
    assert done.returncode == 0, done.stdout


def test_every_public_name_has_words() -> None:
    for module in (mm, mm.pipelines, mm.data, magenta_native.records):
        for name in getattr(module, "__all__", dir(module)):
            made = getattr(module, name)
            if callable(made) and getattr(made, "__module__", "").startswith("magenta_native") and name[0] != "_":
                assert made.__doc__ or hasattr(made, "DESCRIPTOR"), f"{module.__name__}.{name}"
