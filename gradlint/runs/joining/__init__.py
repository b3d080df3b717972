"""Readings -> runs with rising steps: the files of one run, the runs of one file."""
