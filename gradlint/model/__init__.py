"""Takes syntax trees; gives the vocabulary of training: networks, losses, steps, data pipelines."""
