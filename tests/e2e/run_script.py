"""run_script.py SCRIPT [unittest's arguments]: runs an end-to-end test for ctest.

A case that is left out is said, also to ctest's last words (tools/check_skips.py). A script all of whose
cases are left out ends with the status that ctest shows as skipped.
"""

import os
import sys
import unittest

SKIPPED = 77  # SKIP_RETURN_CODE in tests/CMakeLists.txt


def tell(script, skipped):
    lines = []
    for test, reason in skipped:
        name = test.id().removeprefix(script + '.')
        print(f'skipped {name}: {reason}', file=sys.stderr)
        lines.append('\t'.join(' '.join(text.split()) for text in ('e2e_' + script, name, reason)) + '\n')
    if 'MAGENTA_SKIPS_FILE' in os.environ:
        with open(os.environ['MAGENTA_SKIPS_FILE'], 'a', encoding='utf-8') as file:
            file.write(''.join(lines))


def main():
    folder, name = os.path.split(os.path.abspath(sys.argv[1]))
    sys.path.insert(0, folder)
    script = name.removesuffix('.py')
    result = unittest.main(module=script, argv=sys.argv[1:], exit=False).result
    tell(script, result.skipped)
    whole = [test for test, _ in result.skipped if isinstance(test, unittest.TestCase)
             and type(test).__name__ != '_SubTest']
    nothing = result.skipped and result.testsRun == len(whole)
    return 1 if not result.wasSuccessful() else SKIPPED if nothing else 0


if __name__ == '__main__':
    sys.exit(main())
