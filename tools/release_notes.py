#!/usr/bin/env python3
"""release_notes.py VERSION [CHANGELOG]: prints what the changelog says of a version."""

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
    print(f'# Magenta {version}\n\n{found[version]}')


if __name__ == '__main__':
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
