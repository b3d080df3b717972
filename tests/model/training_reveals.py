"""Words of reveals about trainings, clips and hooks.

What a view of the model finds on the line:

    trains LSTM unclipped       the recurrent layers that the update there trains, `by hand` among
                                them, and whether their gradients are clipped: `clipped`,
                                `perhaps clipped`; `trains nothing`
    details mse, 20 steps       what else is known of it: the kinds of its losses, `N steps`, `N
                                deep`, `per step`, `summed over time`, `summed error`, `own
                                vocabulary`, `rate 0.01`; `details none`
    run clip 1.0, manual        the trainer that fits a module there: the bound it was given, or
                                `no clip`, then what the module does of itself
    carried                     the call gets a state with its graph; `carried retained` where the
                                backward pass keeps the graph, `carried nothing`
    unbounded relu              the recurrent state there grows through it; `unbounded relu steady`
                                where it starts as it should, `unbounded nothing`
    unused                      nothing applies the gradients of the backward pass; `unused nothing`
    differentiated yes          whether gradients of the value are asked for: `no`, `unknown`
    clips norm 1.0              what the clip there bounds and at what, then what is wrong with it;
                                `clips nothing`
    given clipnorm=1.0          the clipping arguments there; `given nothing`
    chain clip 0, step 1        the positions in a chain of transforms; `chain none`
    wasted                      the clipped gradients go nowhere; `wasted for .minimize` where
                                an update passes them by, `wasted as g` where a name is all that
                                gets them, `wasted nothing`
    hook parameter              the gradients that the hook bounds; `refused`, `nothing`
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from gradlint.model.clipping.clip import Clip, clips
from gradlint.model.clipping.clip_arguments import clip_arguments, transform_chains
from gradlint.model.clipping.unused_clip import unused_clips
from gradlint.model.gradients.differentiated import Differentiated
from gradlint.model.gradients.hook import hooks
from gradlint.model.training.carried_state import carried_states
from gradlint.model.training.every_training import trained_recurrences
from gradlint.model.training.trainer_run import trainer_runs
from gradlint.model.training.unbounded_state import unbounded_states
from gradlint.model.training.unused_backward import unused_backwards
from gradlint.values.kinds import Apply
from tests.model.notation import text

if TYPE_CHECKING:
    from gradlint.model.program import Program
    from gradlint.values.kinds import Value
    from tests.model.reveals import Place

_CERTAINTY = {True: "clipped", False: "unclipped", None: "perhaps clipped"}
_ANSWER = {True: "yes", False: "no", None: "unknown"}


def _here(place: Place, program: Program, view: Callable[[Program], Any]) -> Iterator[Any]:
    """What a view finds at a place."""
    for found in program.once(view):
        if place.holds(found.node, found.module):
            yield found


def _written(value: Value | None) -> str:
    return "nothing" if value is None else text(value)


def trains(place: Place, program: Program) -> str:
    """`trains LSTM unclipped`."""
    found = []
    for network in _here(place, program, trained_recurrences):
        names = [layer.name for layer in network.layers] + ["by hand"] * bool(network.hand_written)
        found.append(f"{', '.join(names)} {_CERTAINTY[network.clipped]}")
    return f"trains {' and '.join(found) or 'nothing'}"


def details(place: Place, program: Program) -> str:
    """`details mse, 20 steps`."""
    found = []
    for network in _here(place, program, trained_recurrences):
        rate = network.learning_rate
        found += [
            *sorted(network.losses),
            *([f"{network.steps} steps"] if network.steps is not None else []),
            *([f"{network.stacked} deep"] if network.stacked > 1 else []),
            *["per step"] * network.per_step,
            *["summed over time"] * network.summed_over_time,
            *["summed error"] * network.summed_error,
            *["own vocabulary"] * network.own_vocabulary,
            *([f"rate {rate:g}"] if rate is not None else []),
        ]
    return f"details {', '.join(found) or 'none'}"


def run(place: Place, program: Program) -> str:
    """`run clip 1.0, manual`."""
    for found in _here(place, program, trainer_runs):
        words = [
            "no clip" if found.clip is None else f"clip {text(found.clip)}",
            *["manual"] * found.manual,
            *["early clip"] * (found.early_clip is not None),
            *["undone"] * (found.undone is not None),
            *["without bound"] * (found.without_bound is not None),
            *([f"by {text(found.algorithm)}"] if found.algorithm is not None else []),
        ]
        return f"run {', '.join(words)}"
    return "run none"


def carried(place: Place, program: Program) -> str:
    """`carried retained`."""
    for found in _here(place, program, carried_states):
        return "carried retained" if found.retained else "carried"
    return "carried nothing"


def unbounded(place: Place, program: Program) -> str:
    """`unbounded relu steady`."""
    for found in _here(place, program, unbounded_states):
        return f"unbounded {found.activation}{' steady' * found.steady}"
    return "unbounded nothing"


def unused(place: Place, program: Program) -> str:
    """`unused`."""
    found = [one.backward for one in program.once(unused_backwards)]
    here = any(place.holds(effect.node, effect.module) for effect in found)
    return "unused" if here else "unused nothing"


def differentiated(place: Place, program: Program) -> str:
    """`differentiated yes`."""
    (value,) = place.values[-1:]
    assert isinstance(value, Apply)
    return f"differentiated {_ANSWER[Differentiated(program).holds(value)]}"


def clip(place: Place, program: Program) -> str:
    """`clips norm 1.0, misses LSTM`."""
    found = [_clip(one) for one in _here(place, program, clips)]
    return f"clips {' and '.join(found) or 'nothing'}"


def _clip(found: Clip) -> str:
    refused = found.refused
    words = [
        f"{found.how} {_written(found.threshold)}",
        *([f"misses {', '.join(layer.name for layer in found.missed)}"] if found.missed else []),
        *["foreign"] * (found.foreign is not None),
        *["consumed"] * (found.consumed is not None),
        *["emptied by the loop"] * found.emptied_by_loop,
        *([f"refuses {refused}"] if refused else []),
        *["sharded"] * (found.sharder is not None),
        *["measures"] * found.measures,
        *["from state"] * found.from_state,
        *["of gradients"] * found.of_gradients,
        *["deprecated"] * found.deprecated,
        *["a callback"] * found.callback,
        *["off by default"] * found.off_by_default,
        *([f"as {found.argument}"] if found.argument else []),
        *([f"taken over by {found.taken_over_by}"] if found.taken_over_by else []),
    ]
    return ", ".join(words)


def given(place: Place, program: Program) -> str:
    """`given clipnorm=1.0`."""
    for found in _here(place, program, clip_arguments):
        words = [f"{name}={text(value)}" for name, value in found.given.items()]
        certain = [*["certainly"] * bool(found.certain), *["without any"] * found.without_any]
        return " ".join(["given", ", ".join(words) or "no bound", *certain, f"({found.kind})"])
    return "given nothing"


def chain(place: Place, program: Program) -> str:
    """`chain clip 0, step 1`."""
    for found in _here(place, program, transform_chains):
        words = [f"clip {index}" for index in found.clips]
        words += [f"step {index}" for index in found.optimizers]
        return f"chain {', '.join(words) or 'of neither'}"
    return "chain none"


def wasted(place: Place, program: Program) -> str:
    """`wasted for .apply_gradients`."""
    for found in program.once(unused_clips):
        if place.holds(found.clip.node, found.clip.module):
            update = f" for {found.update.fn}" if found.update is not None else ""
            return f"wasted{update}" + (f" as {found.rebound}" if found.rebound else "")
    return "wasted nothing"


def hook(place: Place, program: Program) -> str:
    """`hook parameter`."""
    found = [one.target for one in _here(place, program, hooks)]
    return f"hook {', '.join(found) or 'nothing'}"


TRAINING_REVEALS: dict[str, Callable[[Place, Program], str]] = {
    "trains": trains,
    "details": details,
    "run": run,
    "carried": carried,
    "unbounded": unbounded,
    "unused": unused,
    "differentiated": differentiated,
    "clips": clip,
    "given": given,
    "chain": chain,
    "wasted": wasted,
    "hook": hook,
}
"""By the word that a part of a reveal begins with."""
