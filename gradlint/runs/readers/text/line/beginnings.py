"""What the text of a line begins with, where that says how the rest is laid out."""

from __future__ import annotations

import re

HEADER = re.compile(r"[-=#*> ]*Epoch:? \[?\d+(?: ?/ ?\d+| of \d+)?\]?[-=#*:. ]*$", re.IGNORECASE)
DEEPSPEED = re.compile(r"\d+/\d+, RunningAvgSamplesPerSec")
PAIR = re.compile(r"\[ ?\d+, +\d+\]")
LEADING = re.compile(r"(?:\[ ?\d+\]|\d+\))(?= )|\d+:(?= [a-z])")
SUMMARY = re.compile(r"\* [A-Za-z][\w@.-]{0,30}:? [-+]?\d{0,6}\.\d")
"""A bullet before a name and a real number, as evaluations print what they came to."""
