"""A tensor in; the number of autograd nodes it keeps alive out."""

from torch import Tensor


def graph_size(result: Tensor) -> int:
    """How many nodes a backward from `result` would visit."""
    seen, waiting = set(), [result.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting.extend(parent for parent, _ in node.next_functions)
    return len(seen)
