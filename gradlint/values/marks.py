"""What the interpreter leaves on values for the analyses, by names no program can use."""

from __future__ import annotations

CHANGED = "<changed>"
"""What an array holds once it was changed in place: whoever read it before reads this now."""

ITEM = "<item>"
"""What the project's own code makes of one item of a dataset."""

DETACHED = "<detached>"
"""Set where a value was cut from its graph in place."""

OTHERS = "<others>"
"""What a dictionary holds under keys that are not known."""

FORWARD = "<forward>"
"""What the network makes of one batch, on the call that trains it."""
