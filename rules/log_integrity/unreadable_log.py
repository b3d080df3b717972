"""# A log cannot be read, or not to its end

## What it does

Reports a file in which no metric was found, a file that is only a pointer to the log, and parts of
a log that are damaged: bytes that do not belong to any record, rows that do not fit their header,
lines that are not JSON, events whose checksum is wrong. Everything else in the log is read and
checked.

It is an error where nothing could be read, a warning where data is lost but other metrics could be
read, and a remark where lines hold no metrics or the last record is not yet complete: that is how
the log of a running job looks.

In directories, files that do not look like logs are skipped silently; a file that is named on the
command line is always reported on.

## Why it is a risk

A log that was not read has no findings, and neither has a healthy one: a check that confuses the
two certifies a run of which it knows nothing. Repositories that are cloned without git-LFS hold
files of 130 bytes in place of the logs; disks that fill up cut them off; two jobs that write one
file cut each other's records in two.

## Example

```csv bad
version https://git-lfs.github.com/spec/v1
oid sha256:0000000000000000000000000000000000000000000000000000000000000000
size 132735
# error: TL001:
```

Two processes wrote one file at the same time; the other records are read:

```jsonl bad
{"step": 1, "loss": 2.31}
{"step": 2, "lo{"step": 2, "loss": 2.25}
{"step": 3, "loss": 2.18}
{"step": 4, "loss": 2.11}
# warning: TL001:
```

```csv bad
step,loss
1,2.31
2,2.25,0.001,17
3,2.18
# info: TL001:
```

```csv good
step,loss
1,2.31
2,2.25
3,2.18
```

```jsonl good
{"step": 1, "loss": 2.31}
{"step": 2, "loss": 2.25}
{"step": 3, "loss": NaN}
```

## How to fix

`git lfs pull` for a pointer; copy the file again if it was truncated. Let one process write one
file (rank 0 of a distributed job). For a format that gradlint does not know, export CSV or JSON
Lines with a column `step`.

## When it is fine

Tables with blank cells, a header that is repeated when a run is resumed, columns of words, and a
byte-order mark are all read in full:

```csv good
step,phase,loss,val_loss
100,train,2.11,
200,train,1.93,
200,eval,,1.99
step,phase,loss,val_loss
300,train,1.84,
300,eval,,1.90
```

So is text around the metrics, source code included.

## References

- TensorFlow, the record format of event files (`TFRecord`):
  https://www.tensorflow.org/tutorials/load_data/tfrecord
- JSON Lines: https://jsonlines.org/
- RFC 4180, the format of CSV files: https://www.rfc-editor.org/rfc/rfc4180
- git-LFS, the pointer file: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.logs import Finding, Problem, Severity, Window, on_line, rule


@rule("TL001", "error")
def check(problem: Problem) -> Iterator[Finding]:
    """Report what could not be read; beside metrics that could, it weighs less."""
    evidence: dict[str, float | int | str] = {}
    if problem.offset is not None:
        evidence["byte"] = problem.offset
    if problem.lost:
        evidence["bytes lost"] = problem.lost
    yield Finding(
        span=on_line(problem.line),
        message=problem.message,
        help=problem.help,
        severity=_severity(problem),
        window=Window(evidence=evidence),
    )


def _severity(problem: Problem) -> Severity | None:
    """A tail that is being written, or lines that are no metrics, are remarks; lost data is not."""
    if problem.partial:
        return Severity.INFO
    if problem.rest_read:
        return Severity.WARNING if problem.lost else Severity.INFO
    return None
