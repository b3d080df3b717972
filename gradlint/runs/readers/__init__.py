"""Bytes of one file, in pieces of any size -> a `Reading`: one module or package a format."""
