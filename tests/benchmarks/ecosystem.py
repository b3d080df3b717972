"""Which alarms about a folder of logs came and went against another gradlint, a release say.

    python tests/benchmarks/ecosystem.py FOLDER --against VENV/bin/gradlint [--ours gradlint]

Nobody says here which runs are healthy: each line that comes or goes is to be read. An alarm is a
warning or an error; the same rule in the same run is the same alarm, wherever in it.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

Alarm = tuple[str, str, str]
"""Path, run, code."""


def alarms(command: str, folder: Path) -> tuple[dict[Alarm, dict[str, Any]], int]:
    """The first alarm of each rule in each run, and how many runs were read.

    Raises:
        SystemExit: the command could not run.
    """
    words = [*shlex.split(command), "logs", str(folder), "--output-format", "json", "--exit-zero"]
    done = subprocess.run([*words, "--isolated"], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command} exited {done.returncode}: {done.stderr[-2000:]}")
    told = json.loads(done.stdout)
    found: dict[Alarm, dict[str, Any]] = {}
    for item in told["diagnostics"]:
        if item["severity"] in ("warning", "error"):
            run = item.get("run") or ""
            found.setdefault((item["path"], run, item["code"]), item)
    return found, int(told["summary"]["runs"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--against", required=True, help="the other gradlint")
    parser.add_argument("--ours", default=f"{sys.executable} -m gradlint")
    options = parser.parse_args()
    after, runs = alarms(options.ours, options.folder)
    before, runs_before = alarms(options.against, options.folder)
    for sign, some, others in (("+", after, before), ("-", before, after)):
        for alarm in sorted(some.keys() - others.keys()):
            path, run, code = alarm
            where = f"{path} [{run}]" if run else path
            print(f"{sign} {where}: {code} {some[alarm]['severity']}: {some[alarm]['message']}")
    kept = len(after.keys() & before.keys())
    print(
        f"{runs} runs (before: {runs_before}), {len(after)} alarms: "
        f"{len(after) - kept} came, {len(before) - kept} went, {kept} stayed"
    )


if __name__ == "__main__":
    main()
