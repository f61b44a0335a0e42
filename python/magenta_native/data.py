"""Data sets of `magenta dataset` for torch.utils.data.DataLoader (or any loop), as numpy arrays.

torch is not imported: an EventDataset has what a Dataset must have, and `torch.from_numpy` takes its arrays without a
copy.

    loader = DataLoader(EventDataset("data/training_melodies.tfrecord"), batch_size=32, shuffle=True,
                        collate_fn=pad, num_workers=4)
    for inputs, labels, lengths in loader: ...
"""
import os
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from magenta_native import _native
from magenta_native.arguments import checked, path_bytes
from magenta_native.files import Path

__all__ = ["Batch", "EventDataset", "Item", "pad"]

#: What stands in labels after an example's end: what torch's cross_entropy ignores.
IGNORED = -100


class Item(NamedTuple):
    """One example, as the network sees it."""
    #: [steps, input size]
    inputs: npt.NDArray[np.float32]
    #: [steps], of a model of several heads [steps, heads]: the class that should follow each input.
    labels: npt.NDArray[np.int64]


class Batch(NamedTuple):
    """Several examples, made equally long: inputs by 0, labels by -100."""
    #: [examples, steps, input size]
    inputs: npt.NDArray[np.float32]
    #: [examples, steps] or [examples, steps, heads]
    labels: npt.NDArray[np.int64]
    #: [examples]: the steps that each of them has.
    lengths: npt.NDArray[np.int64]


class EventDataset:
    """The examples of one or several files of a data set, compact or dense, in their order.

    They are read at their first use, in each process its own: an EventDataset can be pickled, and forked before and
    after. What is held are events, not the inputs that a model's codec makes of them: some 4 bytes a step.

    Args:
      file: a path, a pattern ("data/training_*.tfrecord"), or several.
      config: the model that learns from it; None: the one that it was made for. (A dense data set does not say; then one
        that reads as many inputs.) Another one will do where its events are the same.

    Raises, at the first use:
      InputError: a file is missing, cut short, no data set, or made for another model; the message names the record.
    """

    @checked
    def __init__(self, file: Path | Sequence[Path], config: str | None = None) -> None:
        files = [file] if isinstance(file, (str, os.PathLike)) else file
        self._pattern = b",".join(path_bytes(path) for path in files)
        self._config = config or ""
        self._opened: _native.ExampleSet | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_opened": None}

    @property
    def _set(self) -> _native.ExampleSet:
        if self._opened is None:
            self._opened = _native.ExampleSet.open(self._pattern, self._config)
        return self._opened

    @property
    def config(self) -> str:
        """The model whose inputs and labels these are."""
        return self._set.config()

    @property
    def input_size(self) -> int:
        """Numbers that the network reads at a step."""
        return self._set.input_size()

    @property
    def num_classes(self) -> list[int]:
        """Classes of each head: one for melodies."""
        return self._set.head_sizes()

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """The steps of each example: for samplers that put examples of a length together."""
        return self._set.lengths()

    def __len__(self) -> int:
        return len(self._set)

    def _index(self, index: int) -> int:
        size = len(self)
        if not -size <= index < size:
            raise IndexError(f"there is no example {index}: the data set has {size}")
        return int(index) % size

    def __getitem__(self, index: int) -> Item:
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Iterable[int]) -> list[Item]:
        """Several at once, which DataLoader asks for: one call of native code, in which the interpreter is free."""
        return [Item(*item) for item in self._set.items([self._index(index) for index in indices])]

    def events(self, index: int) -> npt.NDArray[np.int32] | None:
        """The events of an example; None of a dense one."""
        return self._set.events(self._index(index))

    def origin(self, index: int) -> tuple[str, int]:
        """The name of the file that an example came from ("" of a dense one), and the semitones by which it was moved."""
        return self._set.origin(self._index(index))


def pad(items: Sequence[tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]]) -> Batch:
    """Items as one batch, all as long as the longest: what DataLoader's collate_fn can be."""
    longest = max((len(inputs) for inputs, _ in items), default=0)
    inputs = np.zeros((len(items), longest, *items[0][0].shape[1:]) if items else (0, 0, 0), np.float32)
    labels = np.full((len(items), longest, *items[0][1].shape[1:]) if items else (0, 0), IGNORED, np.int64)
    for i, (of_inputs, of_labels) in enumerate(items):
        inputs[i, :len(of_inputs)] = of_inputs
        labels[i, :len(of_labels)] = of_labels
    return Batch(inputs, labels, np.array([len(of_inputs) for of_inputs, _ in items], np.int64))
