"""One line of text -> what it says: its numbers, their keys, where the training is."""
