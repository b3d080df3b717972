"""Series that are losses without the word: those of GANs and of object detectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_NETWORKS = frozenset(("d", "g"))
_TAKEN_ON = frozenset("a b ab ba real fake gan l1 l2 vgg feat total adv loss".split())
_CYCLE = frozenset("cycle idt cyc identity rec".split())
"""What pytorch-CycleGAN-and-pix2pix names its losses by, behind `D_` or `G_` and before `_A`."""

_DETECTOR = frozenset("box cls".split())
_HEADS = frozenset(("om", "oo"))
"""The two heads of YOLOv10: one to many, one to one."""

_DETECTOR_PARTS = frozenset("box obj cls dfl total seg kobj pose".split())
"""The columns of losses that YOLO prints while it trains; `box` and `cls` are always there."""


def unnamed_losses(words: Mapping[str, Sequence[str]]) -> set[str]:
    """The tags that are losses, of a run in which no series but those of a GAN is called one.

    `words` are those of each tag's name, in lower case and without the split; a name may have none
    (`train`, `%`, one in another script). It takes several such names: `D_A` alone may be anything.
    """
    words = {tag: held for tag, held in words.items() if held}
    players = {tag: held[0] for tag, held in words.items() if is_player(held)}
    found: set[str] = set()
    if set(players.values()) == _NETWORKS and any(len(words[tag]) > 1 for tag in players):
        found = set(players) | {tag for tag, held in words.items() if _is_companion(held)}
    parts = {tag: held[0] for tag, held in words.items() if set(held[1:]) <= _HEADS}
    if set(parts.values()) >= _DETECTOR:
        found |= {tag for tag, word in parts.items() if word in _DETECTOR_PARTS}
    return found


def is_player(words: Sequence[str]) -> bool:
    """Whether it is a network of a GAN, and what its loss was taken on, if anything: `d_real`."""
    return bool(words) and words[0] in _NETWORKS and _TAKEN_ON.issuperset(words[1:])


def _is_companion(words: Sequence[str]) -> bool:
    """Whether it is a loss that the generators of a CycleGAN have besides: `cycle_a`, `cycle`."""
    return words[0] in _CYCLE and tuple(words[1:]) in ((), ("a",), ("b",))
