"""Numbers -> numbers: what a series does, measured robustly. No thresholds of rules, no names.

Every function takes finite values in the order in which they were logged: float64, shape (n,).
Everything is causal, or looks ahead by a stated number of points.
"""
