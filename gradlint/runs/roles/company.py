"""Short names, which mean something only beside others -> what they mean there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from gradlint.runs.kinds import Kind, Role
from gradlint.runs.roles import words as known
from gradlint.runs.roles.names import own_words, role_of, words_of
from gradlint.runs.run import Curve, Run

Roles = dict[str, Role]

_NORMS = frozenset(("norm", "gn", "g"))
"""The norm of the gradient, in llm.c, build-nanogpt and many a script."""

_WEIGHTS = frozenset("bias nnzs d w params".split())
"""Beside one of these a norm is that of weights (the verbose output of scikit-learn's SGD), and `G`
a generator."""

_LETTERS = {
    ("l",): ("loss", "train"),
    ("vl",): ("loss", "validation"),
    ("tl",): ("loss", "train"),
    ("ta",): ("accuracy", "train"),
    ("tppl",): ("perplexity", "train"),
    ("vppl",): ("perplexity", "validation"),
    ("a",): ("accuracy", "train"),
    ("va",): ("accuracy", "validation"),
    ("t", "loss"): ("loss", "train"),
    ("v", "loss"): ("loss", "validation"),
}
"""Columns of one letter, `v` before those of the validation, and perhaps `t` before those of the
training; `Tloss` and `Vloss`."""

_FEWEST_PAIRS = 2
"""Series that have a `v_` before the name of another one: `v_loss` alone is that of a value."""

_OUTCOMES = ("win", "draw")
"""What a game may end with beside a loss, and how often it did."""

_ONE_OF = {"wins": "win", "won": "win", "draws": "draw", "tie": "draw", "ties": "draw"}

_LOSS_ELSEWHERE = frozenset("tab tap strata".split())
"""Danish, Norwegian and Polish."""

_OF_FITNESS = frozenset("fitness best max median".split())
"""Of the fitness of a population, the best, the middle and the mean are what it earns."""

_EPISODES = frozenset("episode episodes num_episodes n_episodes episode_num".split())
"""Names of what counts the episodes of an agent."""

_PIXELS = frozenset("pix pixel percep perceptual style gan real fake total edge fft".split())
"""What `l_` stands before in the losses of BasicSR and the tools built on it."""

_TERMS = frozenset("recon reconstruction kl kld".split())
"""The two terms of a variational autoencoder's loss."""


def in_company(run: Run, roles: Roles) -> Roles:
    """The roles with those of the short names of which the other series of the run tell."""
    words = {tag: tuple(own_words(words_of(tag))) for tag in roles}
    found = dict(roles)
    for refine in (
        _games,
        _translated,
        _letters,
        _marked_with_v,
        _pixels,
        _networks,
        _terms,
        _gradient_norms,
        _episodes,
        _scores_of_episodes,
        _fitness,
        _agents,
        _precision,
    ):
        found |= refine(run, words, found)
    return found


_Words = dict[str, tuple[str, ...]]


def _holds(roles: Roles, *kinds: Kind) -> bool:
    return any(role.kind in kinds for role in roles.values())


def _alone(words: _Words, names: Iterable[str]) -> list[str]:
    """The tags that are one of the names and nothing else."""
    wanted = set(names)
    return [tag for tag, held in words.items() if len(held) == 1 and held[0] in wanted]


def _letters(run: Run, words: _Words, roles: Roles) -> Roles:
    """`L` and `vL`, `A` and `vA`: two of them, or one beside a learning rate."""
    every = {tag: tuple(words_of(tag)) for tag in roles}  # `va` alone is no split
    if _holds(roles, Kind.AGENT, Kind.RETURN):
        every = {tag: held for tag, held in every.items() if held != ("v", "loss")}  # of a value
    found = {tag: _LETTERS[held] for tag, held in every.items() if held in _LETTERS}
    # Beside `loss_box` and `loss_cls`, which are parts of it, `L` is the whole.
    whole = any(
        it.kind is Kind.LOSS and it.trained_on and it.metric == "loss" for it in roles.values()
    )
    if whole or not any(name == "loss" for name, _ in found.values()):
        return {}
    if len(found) < 2 and not _holds(roles, Kind.LEARNING_RATE):
        return {}
    return {tag: replace(role_of(name), split=split) for tag, (name, split) in found.items()}


def _marked_with_v(run: Run, words: _Words, roles: Roles) -> Roles:
    """`v_loss` and `v_kl` beside `loss` and `kl`: what has a `v_` is of the validation."""
    marked = {tag: tag[2:] for tag in roles if tag[:2] == "v_"}
    pairs = [name for name in marked.values() if name in roles]
    if len(pairs) < _FEWEST_PAIRS or not any(roles[it].kind is Kind.LOSS for it in pairs):
        return {}
    return {tag: replace(role_of(name), split="validation") for tag, name in marked.items()}


def _translated(run: Run, words: _Words, roles: Roles) -> Roles:
    """Words for a loss that are English, too: as steps go by, and where they are no counts."""
    tags = _alone(words, _LOSS_ELSEWHERE)
    return {
        tag: replace(role_of("loss"), split=roles[tag].split)
        for tag in tags
        if run.curves[tag].axis != "row" and not _are_whole(run.curves[tag])
    }


def _games(run: Run, words: _Words, roles: Roles) -> Roles:
    """`eval_win` and `eval_loss`: of whole numbers, or beside `eval_draw`, those are of games."""
    found: Roles = {}
    names = {_singular(words_of(tag)) for tag in roles}
    for tag, role in roles.items():
        if role.kind is Kind.LOSS and "loss" in (own := _singular(words_of(tag))):
            win, draw = (
                tuple(outcome if word == "loss" else word for word in own) in names
                for outcome in _OUTCOMES
            )
            if win and (draw or _are_whole(run.curves[tag])):
                found[tag] = replace(role, kind=Kind.OTHER)
    return found


def _are_whole(curve: Curve) -> bool:
    return bool((curve.level == np.rint(curve.level)).all())


def _singular(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(_ONE_OF.get(word, word) for word in words)


def _pixels(run: Run, words: _Words, roles: Roles) -> Roles:
    if _holds(roles, Kind.LOSS):
        return {}
    return {
        tag: role_of(f"{' '.join(held[1:])} loss")
        for tag, held in words.items()
        if len(held) > 1 and held[0] == "l" and _PIXELS & set(held[1:])
    }


def _networks(run: Run, words: _Words, roles: Roles) -> Roles:
    """`D` and `G`, the losses of a GAN, and the norms of their gradients, `grad_D`."""
    players = _alone(words, ("d", "g"))
    names = {words[tag][0] for tag in players}
    found: Roles = {}
    if len(names) == 2 and not _holds(roles, Kind.LOSS):
        found = {tag: role_of(f"{tag} loss") for tag in players}
    for tag, held in words.items():
        parts = [word.rstrip("0123456789") for word in held[1:]]
        network = set(parts) <= {"d", "g"} or bool(set(parts) & known.LAYERS)
        if len(held) == 2 and held[0] in known.GRADIENT and network:
            if roles[tag].kind is Kind.OTHER and _is_norm(run.curves[tag]):
                split = roles[tag].split
                found[tag] = replace(role_of("grad_norm"), split=split, component=True)
    return found


def _is_norm(curve: Curve) -> bool:
    """Whether no value is below 0, and not all are the same."""
    values = curve.level
    return len(values) > 1 and float(values.min()) >= 0.0 and float(values.max()) > values.min()


def _terms(run: Run, words: _Words, roles: Roles) -> Roles:
    """`recon` and `kl` beside a loss are terms of it."""
    terms = _alone(words, _TERMS)
    names = {words[tag][0][0] for tag in terms}
    if names != {"r", "k"} or not _holds(roles, Kind.LOSS):
        return {}
    return {tag: replace(role_of(f"{tag} loss"), component=True, adversarial=True) for tag in terms}


def _gradient_norms(run: Run, words: _Words, roles: Roles) -> Roles:
    """`norm`, `gn` and `g` beside a loss and a learning rate, `gn` beside a loss alone, too."""
    if not _holds(roles, Kind.LOSS):
        return {}
    names = _NORMS if _holds(roles, Kind.LEARNING_RATE) else ("gn",)
    if _holds(roles, Kind.GRADIENT_NORM) or _alone(words, _WEIGHTS):
        return {}
    tags = [tag for tag in _alone(words, names) if _is_norm(run.curves[tag])]
    if len(tags) != 1:
        return {}
    return {tags[0]: replace(role_of("grad_norm"), split=roles[tags[0]].split)}


def _scores_of_episodes(run: Run, words: _Words, roles: Roles) -> Roles:
    """The `score` of each episode is what an agent earned in it."""
    if run.counter not in _EPISODES or _holds(roles, Kind.RETURN):
        return {}
    tags = [tag for tag in _alone(words, ("score",)) if roles[tag].kind is Kind.OTHER]
    return {tag: replace(roles[tag], kind=Kind.RETURN) for tag in tags}


def _fitness(run: Run, words: _Words, roles: Roles) -> Roles:
    """Where nothing is minimised, a fitness is what individuals earn; beside a loss, a score."""
    kind = Kind.SCORE if _holds(roles, Kind.LOSS) else Kind.RETURN
    return {
        tag: replace(roles[tag], kind=kind, component=False)
        for tag, held in words.items()
        if "fitness" in held and set(held) <= _OF_FITNESS
    }


def _agents(run: Run, words: _Words, roles: Roles) -> Roles:
    """`entropy`, `kl` and `std` of what earns a return, or has a name that only an agent has."""
    if not _holds(roles, Kind.AGENT, Kind.RETURN):
        return {}
    found: Roles = {}
    for tag, held in words.items():
        # `Loss/entropy` stands under a heading, `entropy_loss` is a loss.
        own = held[1:] if held[:1] == ("loss",) and "/" in tag else held
        if len(own) == 1 and own[0] in known.AGENT_BESIDE_RETURN:
            if roles[tag].kind is Kind.OTHER or own is not held:
                found[tag] = replace(
                    roles[tag], kind=Kind.AGENT, metric=own[0], component=False, adversarial=False
                )
    return found


def _precision(run: Run, words: _Words, roles: Roles) -> Roles:
    """`P` and `R` beside a mean average precision or an F score."""
    tags = _alone(words, ("p", "r"))
    splits = {roles[tag].split for tag in tags}
    both = all(
        {words[tag][0] for tag in tags if roles[tag].split == split} == {"p", "r"}
        for split in splits
    )
    beside = any(
        role.kind is Kind.SCORE and ("map" in role.metric or role.metric.startswith("f"))
        for role in roles.values()
    )
    if not both or not (beside or _alone(words, ("f",))):
        return {}
    names = {"p": "precision", "r": "recall", "f": "f1"}
    tags += _alone(words, ("f",))
    return {tag: replace(role_of(names[words[tag][0]]), split=roles[tag].split) for tag in tags}


def _episodes(run: Run, words: _Words, roles: Roles) -> Roles:
    """`r`, `l` and `t` together: return, length and time of the episodes of a Monitor of Gym."""
    tags = {words[tag][0]: tag for tag in _alone(words, ("r", "l", "t"))}
    if len(tags) != 3 or _holds(roles, Kind.LOSS):
        return {}
    names = {"r": "return", "l": "episode length", "t": "time"}
    return {tag: role_of(names[name]) for name, tag in tags.items()}
