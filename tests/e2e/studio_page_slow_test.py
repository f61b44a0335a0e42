"""Everything that the studio's page does, driven in a browser at two sizes."""

import unittest

from studio_page_test import has_browser, has_page, npx


@has_page
@has_browser
class Page(unittest.TestCase):
    def test_everything_in_a_browser(self):
        self.assertEqual(npx('playwright', 'test', '--project=desk', '--project=phone', '--grep-invert=@short'), '')


if __name__ == '__main__':
    unittest.main()
