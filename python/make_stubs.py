#!/usr/bin/env python3
"""make_stubs.py: writes python/magenta_native/messages.pyi, the types of the messages, by protoc.

With --check it writes nothing, and fails where the file is not what protoc would give.
"""
import ast
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
STUB = ROOT / "python/magenta_native/messages.pyi"
PROTOS = ["magenta/music.proto", "magenta/generator.proto"]

HEAD = '''"""What messages hold. Written by python/make_stubs.py out of proto/magenta."""
# mypy: disable-error-code="misc"
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import message as _message
from typing import (Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping,
                    Optional as _Optional, TypeAlias as _TypeAlias, TypeVar as _TypeVar,
                    Union as _Union)

'''

TAIL = '''
AnySequence: _TypeAlias = _Union[NoteSequence, _message.Message, bytes]

_M = _TypeVar("_M", bound=_message.Message)

def parsed(cls: type[_M], data: bytes, into: _Optional[_M] = None) -> _M: ...
def to_sequence(sequence: AnySequence) -> NoteSequence: ...
def to_bytes(message: _Union[_message.Message, bytes], cls: type[_message.Message] = ...) -> bytes: ...
'''


def messages() -> list[str]:
    """Those that messages.py makes: its __all__."""
    module = ast.parse(STUB.with_suffix(".py").read_text(encoding="utf-8"))
    [names] = (node.value for node in module.body
               if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
    made: list[str] = ast.literal_eval(names)
    return made


def classes(text: str) -> str:
    """What a stub of protoc defines, without what it imports and its descriptor."""
    lines = [line for line in text.splitlines()
             if not re.match(r"(from|import) |DESCRIPTOR|[A-Z_]+: ", line)]
    return "\n".join(line for line in lines if line.strip()).replace("_music_pb2.", "").replace(
        "_Mapping]", "_Mapping[str, _Any]]") + "\n"


def stub() -> str:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["protoc", f"-I{ROOT / 'proto'}", f"--pyi_out={folder}", *PROTOS], check=True)
        texts = [(pathlib.Path(folder) / proto.replace(".proto", "_pb2.pyi")).read_text(encoding="utf-8")
                 for proto in PROTOS]
    names = "".join(f'    "{name}",\n' for name in messages())
    return HEAD + f"__all__ = [\n{names}]\n\n" + "".join(classes(text) for text in texts) + TAIL


def main() -> int:
    if "--check" not in sys.argv:
        STUB.write_text(stub(), encoding="utf-8")
        return 0
    if STUB.read_text(encoding="utf-8") == stub():
        return 0
    print(f"{STUB}: is not what the messages hold now. Run python/make_stubs.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
