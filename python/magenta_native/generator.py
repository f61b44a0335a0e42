"""Models that make music, note by note, and say how much they expect music that exists."""
import dataclasses
import math
import operator
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypedDict, Unpack

import numpy as np
import numpy.typing as npt

from magenta_native import _native
from magenta_native.arguments import checked, path_bytes, shown, warn
from magenta_native.errors import UsageError
from magenta_native.messages import (AnySequence, GenerateSequenceRequest, GenerateSequenceResponse, GeneratorBundle,
                                     GeneratorDetails, GeneratorOptions, NoteSequence, parsed, to_bytes)

__all__ = ["GenerateArguments", "Generator", "Output", "Score", "ScoredEvent", "models"]

#: What comes after a primer, where nothing is said, in bars.
_DEFAULT_BARS = 8
#: How long it is without a primer, in steps.
_DEFAULT_STEPS = 128
_DEFAULT_SECONDS = 30
#: What is played over without a primer and chords.
_DEFAULT_CHORDS = "C G Am F C G F C"
#: What each says how long the music is.
_LENGTHS = ("bars", "new_steps", "num_steps", "backing_chords")
#: What says where something of several parts is drawn, so that nothing need be new after the music.
_PLACES = ("fill", "vary", "add")
#: Seconds from and to, and perhaps the parts that are generated there.
Section = tuple[float, float] | tuple[float, float, Sequence[str]]
#: Sequences whose network steps are taken together.
_ROWS_AT_ONCE = 32


class GenerateArguments(TypedDict, total=False):
    """Every argument that some model takes. `Generator.details.arguments` has those of one, with ranges and help."""
    temperature: float
    pitch_temperature: float
    top_p: float
    min_p: float
    top_k: int
    adapt: bool
    key: str
    scale: str
    min_pitch: int
    max_pitch: int
    beam_size: int
    branch_factor: int
    steps_per_iteration: int
    seed: int
    reference_windows: bool
    render_chords: bool
    backing_chords: str
    steps_per_chord: int
    chords_from: str
    bars: int
    new_steps: int
    num_steps: int
    ending: bool
    primer_part: int | str
    primer_key: int | str
    program: int | str
    accompaniment: str
    fill: str
    vary: str
    add: str
    keep: str
    density: int | str
    parallels: str
    notes_per_second: float | Sequence[float] | str
    pitch_class_histogram: Sequence[float] | Sequence[Sequence[float]] | str
    disable_conditioning: bool | Sequence[bool] | str
    condition_on_primer: bool
    no_inject_primer_during_generation: bool


class Output(NamedTuple):
    """One of several pieces of music that a model made."""
    sequence: NoteSequence
    #: The logarithm of the probability with which the events after the first were drawn.
    log_likelihood: float
    #: The seed that alone gives this one again.
    seed: int
    #: What was done to the input, and what is drawn: notes that were moved or left out, say.
    remarks: tuple[str, ...] = ()


class ScoredEvent(NamedTuple):
    """An event of music that a model was shown."""
    #: Seconds.
    time: float
    end_time: float
    #: On the model's grid, from the beginning.
    step: int
    #: "C4" (MIDI 60), "C2+D2", "hold", "rest".
    name: str
    #: MIDI pitches that begin.
    pitches: list[int]
    #: How much of a surprise it was: minus the logarithm to the base 2 of its probability.
    bits: float
    #: Of models of several parts, whose it is: from 1, from high to low; 0 where time goes on ("+12", in ticks).
    voice: int = 0


@dataclasses.dataclass(frozen=True)
class Score:
    """How probable a model finds a sequence, as `magenta score` has it."""
    #: The natural logarithm of the probability of all events but the first, at temperature 1.
    log_likelihood: float
    #: What the events tell, whatever the model's codec calls each: by these figures models compare whose codecs
    #: differ. bits_per_note is not-a-number without notes.
    bits: float
    bits_per_note: float
    #: Notes that begin after the first event.
    notes: int
    #: The logarithm of each event's probability; their sum is log_likelihood.
    per_event: npt.NDArray[np.float32] = dataclasses.field(repr=False)
    #: The same events, where they stand in the music.
    events: list[ScoredEvent] = dataclasses.field(repr=False)
    #: What was left out or changed before the model heard it.
    remarks: list[str]


def models() -> dict[str, bool]:
    """All models that there are, by name, and whether weights of it are here, so that `Generator` takes the name.

    Others are for data sets, checkpoints and bundles of one's own: they have to be trained before they play.
    """
    return dict(_native.models())


def _text(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:g}"


def _takes(argument: GeneratorDetails.Argument) -> str:
    """What an argument may be: "top_p (float, 0 to 1)"."""
    kind = {1: "bool", 2: "int", 3: "float"}.get(argument.type, "str")
    if argument.choices:
        return f"{argument.name} (one of {', '.join(argument.choices)})"
    low = _text(argument.low) if argument.HasField("low") and kind != "str" else ""
    high = f" to {_text(argument.high)}" if argument.HasField("high") and kind != "str" else " or more" if low else ""
    return f"{argument.name} ({kind}{', ' if low else ''}{low}{high})"


def _int32(name: str, value: int) -> int:
    """`value` as a request holds it: 32 bits, of a seed without a sign."""
    if name == "seed" and 2**31 <= value < 2**32:
        value -= 2**32
    if not -2**31 <= value < 2**31:
        raise UsageError(f"{name} is {shown(value)}, which 32 bits can't hold")
    return value


#: What a performance is told, one value or a list of them over its time: requests say them as text.
_CONDITIONS = ("notes_per_second", "pitch_class_histogram", "disable_conditioning")


def _condition(value: Any) -> str:
    """As flags say it: "8", "[8, 16]", "True"."""
    if isinstance(value, str):
        return value
    if hasattr(value, "tolist"):  # numpy's
        value = value.tolist()
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_condition, value))}]"
    return repr(value if isinstance(value, bool) else float(value))


def _set(argument: GeneratorDetails.Argument, value: Any, into: GeneratorOptions.ArgValue) -> None:
    """Says `value`, of any type of number or text, as a request says it; whether it is in range is native code's."""
    name = argument.name
    try:
        if argument.type == GeneratorDetails.Argument.FLOAT:
            into.float_value = float(value)
        elif name in _CONDITIONS:
            into.string_value = _condition(value)
        elif argument.type == GeneratorDetails.Argument.STRING and isinstance(value, str):
            into.string_value = value
        else:
            into.int_value = _int32(name, operator.index(value))
    except (TypeError, ValueError, OverflowError) as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(f"{name} is {shown(value)}, and must be {_takes(argument)}") from error


class Generator:
    """A model with its weights.

        generator = Generator("lookback_rnn")
        tune = generator.generate(bars=4, seed=7)

    Threads may share one, and work beside each other: the interpreter is free while the network steps.

    Args:
      model: the name of one that comes with the package ("lookback_rnn"), the path of a bundle (.mag), checkpoint, run
        or folder of Magenta.js's, or a bundle itself: its bytes, or a GeneratorBundle.

    Raises:
      InputError: there is no such model, its weights are missing or broken; the message says what there is.
    """

    def __init__(self, model: str | os.PathLike[str] | bytes | Any = "lookback_rnn") -> None:
        if isinstance(model, (str, os.PathLike)):
            self._native = _native.Generator.open(path_bytes(model))
        elif isinstance(model, bytes) or hasattr(model, "SerializeToString"):
            self._native = _native.Generator.of_bundle(to_bytes(model, GeneratorBundle))
        else:
            raise TypeError(f"Generator: a {type(model).__name__} is no model. Give a name, a path, a GeneratorBundle or "
                            "the bytes of one")
        self.details: GeneratorDetails = GeneratorDetails.FromString(self._native.details())
        #: Where it came from ("file"), its "card" (Markdown), what was assumed ("notes"), what it "makes".
        self.about: dict[str, Any] = self._native.about()

    def __repr__(self) -> str:
        return f"<magenta_native.Generator {self.details.id}: {self.about['provenance']}>"

    @checked
    def request(self, primer: AnySequence | None = None,
                sections: Sequence[Section] | None = None,
                **arguments: Unpack[GenerateArguments]) -> GenerateSequenceRequest:
        """What `generate` asks for, as the message that servers and the C++ library take, too.

        Raises:
          UsageError: an argument that the model doesn't take; those that it takes are listed.

        Warns (UserWarning) of each of backing_chords that can't be read: as on the command line no chord is heard there,
        and the music is the same.
        """
        request = GenerateSequenceRequest()
        if primer is not None:
            parsed(NoteSequence, to_bytes(primer), request.input_sequence)
        options = request.generator_options
        for start, end, *parts in sections or ():
            options.generate_sections.add(start_time=start, end_time=end, parts=parts[0] if parts else ())
        known = {argument.name: argument for argument in self.details.arguments}
        for name, value in arguments.items():
            if name not in known:
                raise UsageError(
                    f"{self.details.id} takes no argument {name}. It takes "
                    + ", ".join(_takes(argument) for argument in known.values()))
            if value is not None:
                _set(known[name], value, options.args[name])
        for fault in _native.faults_of_chart(options.args["backing_chords"].string_value
                                             if "backing_chords" in options.args else ""):
            warn(f"backing_chords, {fault}: no chord is heard there")
        self._complete(request, primer is not None, bool(sections), known)
        return request

    def _complete(self, request: GenerateSequenceRequest, has_primer: bool, has_sections: bool,
                  known: Mapping[str, Any]) -> None:
        """Says what `magenta generate` does where nobody says it."""
        args = request.generator_options.args
        if not has_primer and "backing_chords" in known and "backing_chords" not in args:
            args["backing_chords"].string_value = _DEFAULT_CHORDS
        if has_sections or any(name in args for name in _LENGTHS):
            return
        if has_primer and any(name in args for name in _PLACES):
            return
        if has_primer or "add" in known:
            args["bars"].int_value = _DEFAULT_BARS
        else:
            args["num_steps"].int_value = _DEFAULT_SECONDS * self.details.steps_per_second or _DEFAULT_STEPS

    @checked
    def generate(self, primer: AnySequence | None = None,
                 sections: Sequence[Section] | None = None,
                 **arguments: Unpack[GenerateArguments]) -> NoteSequence:
        """Music that goes on from `primer`, which it contains.

        With `seed` the same music each time, everywhere: that of `magenta generate --seed`.

        Args:
          primer: what is gone on from; None: middle C, or a bass drum.
          sections: (start, end) in seconds of what is to be made, after the primer's notes or between them; None:
            what one of the arguments bars, new_steps and num_steps says, else 8 bars after a primer, and 128 steps,
            or 30 seconds of a performance, without.
          **arguments: those of `details.arguments`: temperature, seed, key, ...

        Raises:
          UsageError: an argument that the model doesn't take, a value that can't be meant.
          InputError, SequenceError: the primer can't be read as one.
        """
        return self.generate_many(1, primer, sections, **arguments)[0].sequence

    @checked
    def generate_many(self, count: int, primer: AnySequence | None = None,
                      sections: Sequence[Section] | None = None,
                      **arguments: Unpack[GenerateArguments]) -> list[Output]:
        """`count` pieces of music, the first of which is what `generate` gives with the same seed.

        They are made together, several times as fast as one after another. Number i is what the seed `seed + i`
        gives alone.
        """
        if count < 1:
            raise UsageError(f"{count} outputs are asked for; ask for 1 or more")
        request = self.request(primer, sections, **arguments)
        args = request.generator_options.args
        seed = args["seed"].int_value % 2**32 if "seed" in args else _native.draw_seed()
        rows = [max(args[name].int_value, 1) for name in ("beam_size", "branch_factor") if name in args]
        at_once = max(1, _ROWS_AT_ONCE // math.prod(rows))
        outputs: list[Output] = []
        while len(outputs) < count:
            args["seed"].int_value = _int32("seed", (seed + len(outputs)) % 2**32)
            made, said = self._native.generate(request.SerializeToString(), min(at_once, count - len(outputs)))
            outputs += [Output(NoteSequence.FromString(music), likelihood, its, tuple(said))
                        for music, likelihood, its in made]
        return outputs

    def respond(self, request: GenerateSequenceRequest | bytes) -> GenerateSequenceResponse:
        """The response to a request, as a server gives it."""
        made, _ = self._native.generate(to_bytes(request, GenerateSequenceRequest), 1)
        response = GenerateSequenceResponse()
        response.generated_sequence.ParseFromString(made[0][0])
        return response

    def stream(self, primer: AnySequence | None = None,
               sections: Sequence[Section] | None = None,
               **arguments: Unpack[GenerateArguments]) -> Iterator[NoteSequence.Note]:
        """The notes of what `generate` gives, those of the primer first, each as soon as it has ended.

        Wrong arguments are told at once; the network steps as notes are taken.
        """
        return self.stream_of(self.request(primer, sections, **arguments))

    def stream_of(self, request: GenerateSequenceRequest | bytes) -> Iterator[NoteSequence.Note]:
        """The same of a request."""
        stream = _native.Stream(self._native, to_bytes(request, GenerateSequenceRequest))

        def notes() -> Iterator[NoteSequence.Note]:
            while (piece := stream.next()) is not None:
                yield from NoteSequence.FromString(piece).notes

        return notes()

    @checked
    def score(self, sequence: AnySequence, part: int | str = "", adapt: bool = False, fill: str = "",
              given: int | str = "", hide_after: bool = False) -> Score:
        """How much the model expects `sequence`: its melody, drums or lead sheet.

        Args:
          part: which part is heard, by number (from 1) or name; "": by the model's rules for primers.
          adapt: whether what it has played so far says what may come next, too.
          fill: of models of several parts: only the notes of these bars, given everything else before, beside and
            after them: "5-8" or "5-8:alto+tenor", several by commas.
          given: of models of several parts: only the notes of all parts but these, given these, by numbers or names:
            "soprano", "1+4".
          hide_after: what comes after the last of these is not heard, nor that the piece ends.

        Raises:
          MagentaError: there is nothing in it that the model could hear; bars or parts that are not there.
          SequenceError: its times can't be put on a grid.
        """
        if part and (fill or given):
            raise ValueError("part is scored by itself, fill and given beside the others: give one of them")
        if hide_after and not (fill or given):
            raise ValueError("hide_after hides what comes after what is scored: give fill or given")
        made = self._native.score(to_bytes(sequence), str(part), adapt, fill, str(given), hide_after)
        made["events"] = [ScoredEvent(*event) for event in made["events"]]
        return Score(**made)
