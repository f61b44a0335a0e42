"""Magenta's NoteSequences, readers, pipelines and models, as native code.

Functions have the names and arguments of note_seq, and take its messages as well as ours. What note_seq has no names for
lies in `pipelines` (folders to data sets) and `data` (data sets for torch).
"""
from magenta_native import _native
from magenta_native import data as data
from magenta_native import pipelines as pipelines
from magenta_native.arrays import *
from magenta_native.chords import *
from magenta_native.constants import *
from magenta_native.drums import *
from magenta_native.errors import *
from magenta_native.events import *
from magenta_native.files import *
from magenta_native.generator import *
from magenta_native.lead_sheets import *
from magenta_native.melodies import *
from magenta_native.messages import *
from magenta_native.notebook import *
from magenta_native.pianorolls import *
from magenta_native.sequences import *

__version__ = _native.version
