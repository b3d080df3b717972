"""A role that the user sets: a wrong one costs an alarm, never a crash."""

from __future__ import annotations

import io
from dataclasses import replace

from hypothesis import given, settings, strategies as st

from gradlint.config import Settings
from gradlint.engine.logs import LogChecker
from gradlint.registry import Registry, log_registry
from gradlint.runs.kinds import Kind
from gradlint.runs.reading import read_stream

SERIES = {
    "loss": [2.0 * 0.9**step for step in range(40)],
    "val_loss": [2.0 if step % 4 == 3 else float("nan") for step in range(40)],
    "accuracy": [0.1] * 20 + [float("nan")] * 20,
    "grad_norm": [float("inf") if step in (3, 17) else 1.0 + step % 3 for step in range(40)],
    "loss_scale": [max(65536.0 / 2**step, 1.0) for step in range(40)],
    "lr": [0.1 if step < 20 else 0.01 for step in range(40)],
    "nothing": [float("nan")] * 40,
    "below": [-(10.0**step) for step in range(40)],
    "huge": [1.7e308 * (-1) ** step for step in range(40)],
    "still": [0.0] * 40,
    "tiny": [5e-324 * step for step in range(40)],
}
ROWS = [",".join(map(repr, row)) for row in zip(range(40), *SERIES.values(), strict=True)]
LOG = "\n".join([",".join(["step", *SERIES]), *ROWS, ""]).encode()

EVERY_RULE = Registry([replace(it, default=True) for it in log_registry()])

ROLES = st.builds(
    lambda split, kind: f"{split} {kind.replace('_', '-')}".strip(),
    st.sampled_from(["", "train", "validation", "test"]),
    st.sampled_from(Kind),
)


@settings(max_examples=100, deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(SERIES, ROLES)))
def test_no_role_makes_a_rule_raise(roles: dict[str, str]) -> None:
    reading = read_stream(io.BytesIO(LOG), "log.csv", roles)
    assert not reading.problems
    for run in reading.runs:
        assert all(str(run.curves[tag].role).endswith(role) for tag, role in roles.items())
        found = LogChecker(Settings(), EVERY_RULE, None).run(run)
        assert not [it.message for it in found if it.code == "GL005"]
