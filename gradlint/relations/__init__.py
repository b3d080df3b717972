"""Curves of one run side by side -> what one says of another, on which several rules agree."""
