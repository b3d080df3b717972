"""A trace -> what each call does to gradients, in which order, and what is forbidden in it."""
