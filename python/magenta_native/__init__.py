"""Magenta's NoteSequences, readers, pipelines and models, as native code.

Functions have the names and arguments of note_seq, and take its messages as well as ours. What note_seq has no names for
lies in `pipelines` (folders to data sets) and `data` (data sets for torch).
"""
from magenta_native import data, pipelines
from magenta_native.arrays import *
from magenta_native.errors import *
from magenta_native.files import *
from magenta_native.generator import *
from magenta_native.messages import *
from magenta_native.notebook import *

from magenta_native.arrays import __all__ as _arrays
from magenta_native.errors import __all__ as _errors
from magenta_native.files import __all__ as _files
from magenta_native.generator import __all__ as _generator
from magenta_native.messages import __all__ as _messages
from magenta_native.notebook import __all__ as _notebook

__all__ = ["data", "pipelines", *_arrays, *_errors, *_files, *_generator, *_messages, *_notebook]
