"""Arrays and datasets -> where the numbers come from, their range, and what a network is fed."""
