"""docs/python.md is true: its snippets run in order, and mypy finds their types."""
import importlib.util
import os
import pathlib
import re
import subprocess
import sys

from material import ROOT
import pytest

import magenta_native as mm

PAGE = ROOT / "docs" / "python.md"


def snippets() -> list[str]:
    """Those that this Python can run: torch is not always there."""
    found = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert len(found) > 10
    if importlib.util.find_spec("torch") is None:
        found = [code for code in found if "import torch" not in code]
    return found


def test_every_snippet_runs_in_order(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for number, code in enumerate(snippets()):
        exec(compile(code, f"docs/python.md, snippet {number}", "exec"), names)


def test_every_snippet_has_its_types(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("mypy")
    page = tmp_path / "page.py"
    page.write_text("\n".join(snippets()), encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}/cache",
                           str(page)], stdout=subprocess.PIPE, text=True,
                          env={**os.environ, "MYPYPATH": str(ROOT / "python")})
    assert done.returncode == 0, done.stdout


def test_every_public_name_has_words() -> None:
    for module in (mm, mm.pipelines, mm.data):
        for name in getattr(module, "__all__", dir(module)):
            made = getattr(module, name)
            if callable(made) and getattr(made, "__module__", "").startswith("magenta_native") and name[0] != "_":
                assert made.__doc__ or hasattr(made, "DESCRIPTOR"), f"{module.__name__}.{name}"
