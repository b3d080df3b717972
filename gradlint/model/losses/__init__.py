"""Calls -> losses: what they expect, what they are fed, and whether training uses them."""
