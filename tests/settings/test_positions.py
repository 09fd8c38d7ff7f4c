"""Keys are found wherever TOML lets them stand."""

from __future__ import annotations

import tomllib

from outreach.settings.positions import positions

TEXT = '''\
# [not] = "a table"
top = 1
text = """
fake = 1
[fake]
"""  # end
literal = \'\'\'it's
other = 2\'\'\'
list = [
  "a ] # b",
  { in = 1 },
]
[a . "b c"]
  x.y = "\\"= [" # = ]
'q' = 'it'
[[many]]
z = 1.5
when = 2022-11-15 08:00:00
'''


def test_every_key_is_found_and_nothing_else() -> None:
    tomllib.loads(TEXT)
    assert positions(TEXT) == {
        ("top",): (2, 1),
        ("text",): (3, 1),
        ("literal",): (7, 1),
        ("list",): (9, 1),
        ("a", "b c"): (13, 1),
        ("a", "b c", "x", "y"): (14, 3),
        ("a", "b c", "q"): (15, 1),
        ("many",): (16, 1),
        ("many", "z"): (17, 1),
        ("many", "when"): (18, 1),
    }
