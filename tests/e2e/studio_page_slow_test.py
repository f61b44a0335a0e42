"""Everything that the studio's page does, driven in a browser at two sizes."""

import unittest

from studio_page_test import has_browser, has_page, npx


@has_page
@has_browser
class Page(unittest.TestCase):
    def test_what_is_not_short(self):
        self.assertEqual(npx('playwright', 'test', '--project=desk', '--grep-invert=@short'), '')

    def test_all_that_a_small_size_changes(self):
        self.assertEqual(npx('playwright', 'test', '--project=phone'), '')


if __name__ == '__main__':
    unittest.main()
