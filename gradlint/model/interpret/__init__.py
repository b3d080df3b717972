"""Syntax trees -> values and a trace: the program run abstractly. Knows no gradients."""
