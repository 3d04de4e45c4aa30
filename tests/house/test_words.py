"""Nothing in the repository speaks of where, how or with whom it was made."""

import re

from tests.house.repository import files, name

# Written with [x] so that this file does not match itself.
FORBIDDEN = {
    "a package registry's host": r"pyp[i]\.|files\.pythonhoste[d]|registry\.npmj[s]|crates\.i[o]\b",
    "an absolute path of some machine": r"(?<![\w.])/(work|root|opt|Users|tm[p])/|(?<![\w./])/home/[a-z]",
    "the tracker of the work": r"(?i)\bissues? (?:sho[w]|lis[t]|#?\d+\b)|\btracke[r] of the project\b",
    "unfinished work": r"\b(?:TOD[O]|FIXM[E]|XX[X])\b",
}
BINARY = frozenset({".png", ".webp", ".woff2", ".gz", ".ico", ".parquet", ".mmdb"})


def test_no_file_holds_forbidden_words() -> None:
    found = [
        f"{name(path)}: {what}: {hit[0]!r}"
        for path in files()
        if path.suffix not in BINARY
        for what, pattern in FORBIDDEN.items()
        for hit in re.finditer(pattern, path.read_text(encoding="utf-8"))
    ]

    assert found == []
