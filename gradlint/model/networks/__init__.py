"""Calls -> layers: what they hold, how large they are, how they start, what is frozen."""
