"""Calls, optimizers and callbacks -> what is clipped, by how much, and whether it has an effect."""
