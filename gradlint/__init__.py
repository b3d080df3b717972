"""gradlint: a linter for training that explodes, vanishes or turns into NaN."""

__version__ = "0.1.0"
