"""What melodies, drum tracks and chord progressions share: an event a step, on a grid."""
import copy
from collections.abc import Iterable, Iterator
from typing import Any, Generic, Self, TypeVar, overload

from magenta_native.arguments import checked
from magenta_native.constants import DEFAULT_STEPS_PER_BAR, DEFAULT_STEPS_PER_QUARTER
from magenta_native.errors import UsageError

__all__ = ["EventSequence"]

Event = TypeVar("Event")


class EventSequence(Generic[Event]):
    """Events, one a step, that can be iterated, indexed and sliced.

    Attributes:
      start_step: where the first event stands in the sequence that they come from.
      end_step: the step after the last one.
      steps_per_bar, steps_per_quarter: the grid.
    """

    _pad_event: Any

    def __init__(self, events: Iterable[Event] | None = None, start_step: int = 0,
                 steps_per_bar: int = DEFAULT_STEPS_PER_BAR,
                 steps_per_quarter: int = DEFAULT_STEPS_PER_QUARTER, pad_event: Event | None = None) -> None:
        """pad_event is taken as note_seq takes it, and not used: each kind of events has its own."""
        del pad_event
        self._events = [] if events is None else self._cleaned([self._checked(event) for event in events])
        self._start_step = start_step
        self._steps_per_bar = steps_per_bar
        self._steps_per_quarter = steps_per_quarter

    def _checked(self, event: Event) -> Event:
        """`event`; raises UsageError where it is none."""
        return event

    def _cleaned(self, events: list[Event]) -> list[Event]:
        """Whole `events` that are given, as they are kept."""
        return events

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    @overload
    def __getitem__(self, key: int) -> Event: ...

    @overload
    def __getitem__(self, key: slice) -> Self: ...

    def __getitem__(self, key: int | slice) -> Event | Self:
        """An event, or the part of a slice, which knows where it began."""
        if isinstance(key, slice):
            return type(self)(self._events[key], self._start_step + (key.start or 0), self._steps_per_bar,
                              self._steps_per_quarter)
        return self._events[key]

    def __eq__(self, other: object) -> bool:
        return (type(self) is type(other) and isinstance(other, EventSequence) and
                self._events == other._events and self._start_step == other._start_step and
                self._steps_per_bar == other._steps_per_bar and self._steps_per_quarter == other._steps_per_quarter)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return (f"{type(self).__name__}({self._events!r}, start_step={self._start_step}, "
                f"steps_per_bar={self._steps_per_bar}, steps_per_quarter={self._steps_per_quarter})")

    @property
    def start_step(self) -> int:
        return self._start_step

    @property
    def end_step(self) -> int:
        return self._start_step + len(self._events)

    @property
    def steps(self) -> list[int]:
        """The step of each event."""
        return list(range(self.start_step, self.end_step))

    @property
    def steps_per_bar(self) -> int:
        return self._steps_per_bar

    @property
    def steps_per_quarter(self) -> int:
        return self._steps_per_quarter

    def append(self, event: Event) -> None:
        """Adds an event at the end."""
        self._events.append(self._checked(event))

    @checked
    def set_length(self, steps: int, from_left: bool = False) -> None:
        """Cuts, or fills up with events in which nothing happens, at the end, or at the beginning where `from_left`.

        Raises UsageError where `steps` is below 0.
        """
        if steps < 0:
            raise UsageError(f"steps is {steps}. Give 0 or more", message=f"steps is {steps}", remedy="Give 0 or more")
        missing = steps - len(self._events)
        padding = [copy.copy(self._pad_event)] * missing
        if from_left:
            self._events = padding + self._events[max(0, -missing):]
            self._start_step -= missing
        else:
            self._events = self._events[:steps] + padding

    @checked
    def increase_resolution(self, k: int) -> None:
        """Makes `k` steps of each: the event, and then events in which nothing happens.

        Raises UsageError where `k` is below 1.
        """
        self._spread(k, self._pad_event)

    def _spread(self, k: int, fill: Any) -> None:
        """`k - 1` times `fill` follows each event; None: the event again."""
        if k < 1:
            raise UsageError(f"k is {k}. Give 1 or more", message=f"k is {k}", remedy="Give 1 or more")
        self._events = [made for event in self._events
                        for made in (event, *([event if fill is None else fill] * (k - 1)))]
        self._start_step *= k
        self._steps_per_bar *= k
        self._steps_per_quarter *= k
