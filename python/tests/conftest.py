"""Tells ctest's last words what was left out, as tests/e2e/run_script.py does."""
import os
import pathlib

import pytest

_SKIPPED = 77  # SKIP_RETURN_CODE in tests/CMakeLists.txt
_reports: list[pytest.TestReport] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _reports.append(report)


def _line(report: pytest.TestReport) -> str:
    """Program, case and reason, by tabs."""
    file, _, name = report.nodeid.partition("::")
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    texts = (f"python_{pathlib.Path(file).stem}", name, reason.removeprefix("Skipped: "))
    return "\t".join(" ".join(text.split()) for text in texts) + "\n"


def pytest_sessionfinish(session: pytest.Session) -> None:
    skipped = [report for report in _reports if report.skipped]
    if skipped and "MAGENTA_SKIPS_FILE" in os.environ:
        with open(os.environ["MAGENTA_SKIPS_FILE"], "a", encoding="utf-8") as file:
            file.writelines(map(_line, skipped))
    if skipped and not any(report.passed and report.when == "call" or report.failed for report in _reports):
        session.exitstatus = _SKIPPED
