"""Paths as given -> the groups of files that make up runs, by their names alone."""
