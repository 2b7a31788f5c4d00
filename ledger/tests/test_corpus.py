"""Every file of the corpus of real bank files gives its figures, and the document says so."""

import pytest

from ledger.statements.codes import FILE_CODES
from ledger.tests.corpus import (
    BEGIN,
    DOCUMENT,
    END,
    SHARED,
    corpus_files,
    figures_of,
    known_figures,
    table,
)

KNOWN = known_figures()
FOLDERS = sorted({one.folder for one in KNOWN})


def test_the_document_shows_the_figures() -> None:
    shown = DOCUMENT.read_text().partition(BEGIN)[2].partition(END)[0]
    assert shown == table(KNOWN)


def test_a_refused_file_has_a_code_that_is_documented() -> None:
    assert {one.refused for one in KNOWN if one.refused} <= FILE_CODES.keys()


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_file_gives_its_figures(folder: str) -> None:
    if not SHARED.is_dir():
        pytest.skip("The shared bank files are not beside this checkout.")
    expected = [one for one in KNOWN if one.folder == folder]
    found = [figures_of(path) for path in corpus_files() if folder in path.parts]
    assert found == expected
