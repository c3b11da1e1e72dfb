"""Two things measured in turn, on the same machine in the same minute, and their ratio."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

Measure = Callable[[], float]  # any cost, of which less is better


@dataclass(frozen=True)
class Comparison:
    """The comparisons: one thing, its alternative, and the number of pairs."""

    title: str
    ours: Measure
    peer: Measure
    pairs: int = 9

    def ratios(self) -> list[float]:
        """Ours / peer of each pair. The first pair warms up and is not counted.

        The order changes from pair to pair, so that neither profits from the other's warm caches.
        """
        found = [self._ratio(ours_first=pair % 2 == 0) for pair in range(self.pairs + 1)]
        return found[1:]

    def _ratio(self, *, ours_first: bool) -> float:
        if ours_first:
            ours = self.ours()
            return ours / self.peer()
        peer = self.peer()
        return self.ours() / peer

    def line(self) -> str:
        """One row of a Markdown table."""
        found = self.ratios()
        numbers = (min(found), statistics.median(found), max(found))
        cells = [self.title, *(f"{number:.2f}" for number in numbers)]
        return f"| {' | '.join(cells)} |"
