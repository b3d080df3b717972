"""Real torch programs in, the effects that the rule documents claim out.

Not part of the ordinary run: `pytest tests/oracles`, with the extra `oracles` installed.
"""
