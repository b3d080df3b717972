"""Bytes of training logs -> runs: named series of (step, value), whatever the format was.

A reader knows bytes and layout, never thresholds: what is good or bad is for the rules to say.
"""
