"""Names of transforms and pretrained networks -> what they do to pixels, or want of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradlint.values.graph import constant
from gradlint.values.kinds import Apply, Symbol, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge


class ImageKnowledge:
    """What `[geometric]`, `[rescales-itself]` and `[expects-scaled]` say."""

    def __init__(self) -> None:
        self._geometric: list[dict[str, Any]] = []
        self._scaled: list[dict[str, Any]] = []
        self._rescaling: set[str] = set()
        self._rescaling_packages: set[str] = set()

    def add(self, data: dict[str, Any]) -> None:
        """Take the sections of one file that are about images out of its data."""
        geometric = data.pop("geometric", None)
        if geometric is not None:
            self._geometric.append(geometric)
        scaled = data.pop("expects-scaled", None)
        if scaled is not None:
            self._scaled.append(scaled)
        rescaling = data.pop("rescales-itself", {})
        self._rescaling.update(rescaling.get("names", ()))
        self._rescaling_packages.update(rescaling.get("packages", ()))

    def is_geometric(self, name: str) -> bool:
        """Whether a transform moves pixels and leaves what they span."""
        leaf = name.rpartition(".")[2]
        return any(
            name.startswith(tuple(f"{package}." for package in fact["packages"]))
            and leaf.startswith(tuple(fact["prefixes"]))
            and not leaf.startswith(tuple(fact["except"]))
            for fact in self._geometric
        )

    def rescales(self, network: Apply) -> bool:
        """Whether a pretrained network scales pixels of 0..255 by itself."""
        if not self._is_rescaling(network.fn) or not network.complete:
            return False
        own = network.kwargs.get("include_preprocessing")
        return own is None or constant(own) is True

    def _is_rescaling(self, name: str) -> bool:
        package, _, leaf = name.rpartition(".")
        return leaf in self._rescaling and any(
            f"{package}.".startswith(f"{start}.") for start in self._rescaling_packages
        )

    def expects_scaled(self, network: Apply) -> bool:
        """Whether a network of a library wants values of about 1 and does nothing for it."""
        if self._is_rescaling(network.fn):
            return constant(network.kwargs.get("include_preprocessing")) is False
        leaf = network.fn.rpartition(".")[2]
        for fact in self._scaled:
            for package in fact["packages"]:
                if not network.fn.startswith(f"{package}."):
                    continue
                names = fact.get("names")
                if names is not None:
                    if leaf in names:
                        return True
                    continue
                rest = network.fn[len(package) + 1 :].split(".")
                if not any(part.startswith(tuple(fact["except"])) for part in rest):
                    return True
        return False

    def preparation(self, function: Value | None, knowledge: Knowledge) -> str | None:
        """What a preprocessing function of pretrained networks does; None for any other."""
        if not isinstance(function, Symbol):
            return None
        fact = knowledge.roles["data"].get(knowledge.canonical(function.name))
        if fact is None or fact.get("effect") != "preprocess":
            return None
        return str(fact["mode"])
