#!/usr/bin/env python3
"""release_notes.py VERSION [CHANGELOG]: prints what the changelog says of a version: of one that has a part "In short",
that part, else all."""

import os
import re
import sys


def sections(text):
    """{heading: body}; a heading is a version, what stands behind it ("1.0.0 (2026-11-29)") is left out."""
    parts = re.split(r'^## +(\S+).*\n', text, flags=re.M)[1:]
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2])}


def main(version, changelog=os.path.join(os.path.dirname(__file__), '..', 'CHANGELOG.md')):
    with open(changelog, encoding='utf-8') as file:
        found = sections(file.read())
    if not found.get(version):
        sys.exit(f'{changelog}: nothing is said of {version}. It has {", ".join(found) or "no section"}: '
                 f'give one the heading "## {version}".')
    notes = f'# Magenta {version}\n\n'
    if short := re.match(r'### In short\n(.*?)(?=^### |\Z)', found[version], re.M | re.S):
        print(notes + short[1].strip() + '\n\nCHANGELOG.md, in the sources and the installed documents, has all of it.')
    else:
        print(notes + found[version])


if __name__ == '__main__':
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
