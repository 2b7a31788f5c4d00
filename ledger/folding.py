"""Text as searches compare it: letters of both cases are one, and `*` stands for anything. Pure.

The in-memory predicate and SQLite fold by this; PostgreSQL folds by its own UPPER, which maps one
letter to one letter as this does (in a database whose locale is UTF-8).
"""

WILDCARD = "*"
ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def fold(text: str) -> str:
    """The text in capitals, letter by letter: "Straße" is "STRAßE", as databases have it."""
    upper = text.upper()
    if len(upper) == len(text):
        return upper
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in text)


def like_pattern(op: str, value: str) -> str:
    """The pattern of SQL's LIKE (escape: backslash) for `contains`, `is` or `like`."""
    plain = value.translate(ESCAPES)
    if op == "contains":
        return f"%{plain}%"
    return plain.replace(WILDCARD, "%") if op == "like" else plain


def fits(pattern: str, text: str) -> bool:
    """Whether the whole text is the pattern, `*` for any run of characters. Linear, no backtracking."""
    head, *rest = pattern.split(WILDCARD)
    if not rest:
        return head == text
    *middle, tail = rest
    if not text.startswith(head) or len(text) < len(head) + len(tail):
        return False
    position, end = len(head), len(text) - len(tail)
    if not text.endswith(tail):
        return False
    for piece in middle:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True
