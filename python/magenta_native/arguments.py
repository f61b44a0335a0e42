"""What a function says of an argument of a wrong type: its own name and the argument's, whoever refused it.

Native code refuses what it can't take with an error about itself. `@checked` then looks at the annotations of the
function that was called, and says which argument it was. A call that succeeds is not looked at.
"""
import functools
import inspect
import operator
import os
import sys
import types
import typing
import warnings
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from magenta_native.errors import MagentaError, UsageError

__all__: list[str] = []

_F = TypeVar("_F", bound=Callable[..., Any])
#: What an argument must be: (exception, words).
_Fault = tuple[type[Exception], str]


def shown(value: Any) -> str:
    """As a message shows it, of any length."""
    try:
        text = repr(value)
    except Exception as error:  # an integer of more digits than Python writes, a __repr__ that fails
        return "a number of thousands of digits" if isinstance(value, int) else f"a {type(value).__name__} ({error})"
    return text if len(text) <= 60 else text[:30] + "..."


def warn(text: str) -> None:
    """Warns whoever called this package."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "magenta_native":
        frame, level = frame.f_back, level + 1
    warnings.warn(text, UserWarning, stacklevel=level)


def path_bytes(path: str | os.PathLike[str]) -> bytes:
    """A path as native code takes it; raises TypeError where it is none, as the contents of a file are none."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"{shown(path)} is no path. Give a str or an os.PathLike")
    made = os.fsencode(path)
    if b"\0" in made:
        raise UsageError(f"{shown(path)} holds a zero byte, which no path does. Check the name",
                         message=f"{shown(path)} holds a zero byte, which no path does", remedy="Check the name")
    return made


def checked(function: _F) -> _F:
    """`function`, whose errors about types name it and its argument."""
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (TypeError, ValueError, OverflowError) as error:
            told = None if isinstance(error, MagentaError) else _told(function, args, kwargs, str(error))
            if told is None:
                raise
        raise told

    return typing.cast(_F, call)


def _told(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], said: str) -> Exception | None:
    """What is wrong with the arguments; None where what was said tells it."""
    name = function.__qualname__.removesuffix(".__init__")
    signature = inspect.signature(function)
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError:
        return None  # another number of them: Python says so in the function's name
    for argument, value in given.items():
        parameter = signature.parameters[argument]
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        if (fault := _fault(parameter.annotation, value)) is not None:
            return fault[0](f"{name}: {argument} is {shown(value)}, and must be {fault[1]}")
    if "incompatible function arguments" not in said:
        return None
    return TypeError(f"{name} can't take arguments of these types: "
                     + ", ".join(f"{argument} ({type(value).__name__})" for argument, value in given.items()))


def _fault_of_int(value: Any) -> _Fault | None:
    try:
        number = operator.index(value)
    except TypeError:
        return TypeError, "a whole number"
    return None if -2**31 <= number < 2**31 else (UsageError, "a whole number that 32 bits can hold")


def _fault_of_float(value: Any) -> _Fault | None:
    try:
        if isinstance(value, (str, bytes)):
            raise TypeError
        float(value)
    except OverflowError:
        return UsageError, "a number that a float can hold"
    except (TypeError, ValueError):
        return TypeError, "a number"
    return None


def _fault_of_str(value: Any) -> _Fault | None:
    if not isinstance(value, str):
        return TypeError, "a str"
    try:
        value.encode()
    except UnicodeEncodeError:
        return UsageError, "a str that UTF-8 can hold"
    return None


_SIMPLE: dict[Any, Callable[[Any], _Fault | None]] = {
    int: _fault_of_int,
    float: _fault_of_float,
    str: _fault_of_str,
    bool: lambda value: None if isinstance(value, bool) else (TypeError, "True or False"),
    bytes: lambda value: None if isinstance(value, bytes) else (TypeError, "bytes"),
    types.NoneType: lambda value: None if value is None else (TypeError, "None"),
}


def _fault_of_several(annotation: Any, value: Any) -> _Fault | None:
    """Of list[...], Iterable[...], tuple[..., ...]."""
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        return TypeError, "several values"
    of = typing.get_args(annotation)
    if not of or not isinstance(value, (list, tuple)):
        return None
    if typing.get_origin(annotation) is tuple and len(value) != len(of):
        return TypeError, f"{len(of)} values"
    each = of if typing.get_origin(annotation) is tuple else of[:1] * len(value)
    for number, (kind, one) in enumerate(zip(each, value)):
        if (fault := _fault(kind, one)) is not None:
            return fault[0], f"values of which number {number} is {fault[1]}"
    return None


def _fault(annotation: Any, value: Any) -> _Fault | None:
    """None where `value` will do, or nothing is known of it."""
    if annotation in _SIMPLE:
        return _SIMPLE[annotation](value)
    origin = typing.get_origin(annotation)
    if origin in (types.UnionType, typing.Union):
        faults = [_fault(one, value) for one in typing.get_args(annotation)]
        if None in faults:
            return None
        told = [fault for fault in faults if fault is not None]
        kind = next((kind for kind, _ in told if kind is UsageError), TypeError)
        return kind, " or ".join(text for _, text in told)
    if origin is os.PathLike:
        return None if isinstance(value, os.PathLike) else (TypeError, "a path")
    if origin is not None and isinstance(origin, type) and issubclass(origin, Iterable):
        return _fault_of_several(annotation, value)
    return None
