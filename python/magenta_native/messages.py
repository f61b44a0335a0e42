"""NoteSequence and the messages of generators, as protocol buffers.

They are made in a pool of their own, so that note_seq's module of the same messages may live in the same process. Field
names and numbers are the same: what one serializes, the other parses. messages.pyi says what they hold.
"""
import copyreg as _copyreg

from google.protobuf import descriptor_pool as _pools
from google.protobuf import message_factory as _factory
from google.protobuf.message import DecodeError as _DecodeError

from magenta_native import _native
from magenta_native import errors as _errors

__all__ = [
    "GenerateSequenceRequest",
    "GenerateSequenceResponse",
    "GeneratorBundle",
    "GeneratorDetails",
    "GeneratorOptions",
    "NoteSequence",
    "SequenceMetadata",
]

_pool = _pools.DescriptorPool()
for _file in _native.file_descriptors():
    _pool.AddSerializedFile(_file)


def _restored(cls, data):
    return cls.FromString(data)


def _reduced(message):
    return _restored, (type(message), message.SerializeToString())


def _named(cls, name):
    """Makes messages of `cls`, and of the classes in it, what pickle can find again and restore."""
    cls.__module__ = __name__
    cls.__qualname__ = name
    _copyreg.pickle(cls, _reduced)
    for nested in cls.DESCRIPTOR.nested_types:
        if not nested.GetOptions().map_entry:
            if not hasattr(cls, nested.name):  # protobuf's implementation in Python
                setattr(cls, nested.name, _factory.GetMessageClass(nested))
            _named(getattr(cls, nested.name), f"{name}.{nested.name}")
    return cls


def _message(name):
    return _named(_factory.GetMessageClass(_pool.FindMessageTypeByName(f"magenta.{name}")), name)


NoteSequence = _message("NoteSequence")
SequenceMetadata = _message("SequenceMetadata")
GeneratorDetails = _message("GeneratorDetails")
GeneratorOptions = _message("GeneratorOptions")
GeneratorBundle = _message("GeneratorBundle")
GenerateSequenceRequest = _message("GenerateSequenceRequest")
GenerateSequenceResponse = _message("GenerateSequenceResponse")


# A NoteSequence of ours, of note_seq's, or the bytes of one.
AnySequence = object


def parsed(cls, data, into=None):
    """A message of `cls` of its bytes, or `into` with what they say; raises InputError where they are none."""
    message = cls() if into is None else into
    try:
        message.ParseFromString(data)
    except _DecodeError as error:
        name = cls.DESCRIPTOR.name
        raise _errors.InputError(
            f"these bytes are no {name}. Give what SerializeToString() of a {name} wrote",
            message=f"these bytes are no {name}", remedy=f"Give what SerializeToString() of a {name} wrote") from error
    return message


def to_sequence(sequence):
    """`sequence` as a message: itself, or what its bytes say."""
    if isinstance(sequence, bytes):
        return parsed(NoteSequence, sequence)
    _check(sequence, NoteSequence)
    return sequence


def to_bytes(message, cls=NoteSequence):
    """`message`, of `cls` or of note_seq's class of that name, as bytes."""
    if isinstance(message, bytes):
        return message
    _check(message, cls)
    return message.SerializeToString()


def _check(message, cls):
    """Raises TypeError where it is no message of that name."""
    name = cls.DESCRIPTOR.name
    of = getattr(getattr(message, "DESCRIPTOR", None), "name", name)
    if not hasattr(message, "SerializeToString") or of != name:
        raise TypeError(f"a {type(message).__name__} is no {name}. Give a message, or the bytes of one")
