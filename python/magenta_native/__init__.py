"""Magenta's NoteSequences, readers, pipelines and models, as native code.

Functions have the names and arguments of note_seq, and take its messages as well as ours.
"""
from magenta_native.errors import *
from magenta_native.files import *
from magenta_native.messages import *

from magenta_native.errors import __all__ as _errors
from magenta_native.files import __all__ as _files
from magenta_native.messages import __all__ as _messages

__all__ = [*_errors, *_files, *_messages]
