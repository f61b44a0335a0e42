"""The studio's page: its own unit tests (vitest), and the short ones of those that drive it in a browser."""

import os
import shutil
import subprocess
import unittest

from program import BUILT, ROOT

PAGE = os.path.join(ROOT, 'studio')
CHROMIUM = os.environ.get('MAGENTA_CHROMIUM', '/usr/bin/chromium')
has_page = unittest.skipUnless('studio' in BUILT, 'left out: this build makes no page of the studio')
has_browser = unittest.skipUnless(os.path.exists(CHROMIUM), f'left out: no {CHROMIUM}')


def npx(*args, timeout=3500):
    """Runs one of the page's tools; what it says when it fails."""
    done = subprocess.run([shutil.which('npx'), '--no-install', *args], cwd=PAGE, timeout=timeout,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, 'NO_COLOR': '1'})
    said = done.stdout.decode('utf-8', 'replace')[-8000:]
    return '' if done.returncode == 0 else f'{args[0]} ended with {done.returncode}:\n{said}'


@has_page
class Page(unittest.TestCase):
    def test_music_logic(self):
        self.assertEqual(npx('vitest', 'run'), '')

    @has_browser
    def test_in_a_browser(self):
        self.assertEqual(npx('playwright', 'test', '--project=desk', '--grep=@short'), '')


if __name__ == '__main__':
    unittest.main()
