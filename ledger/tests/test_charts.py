"""Charts as SVG: every word is escaped, zero is in sight, a gap is drawn as none."""

import re
import xml.etree.ElementTree as ET

import pytest

from ledger.charts import HEIGHT, TOP, Series, bars, lines


@pytest.mark.parametrize("draw", [lines, bars])
def test_words_cannot_become_elements(draw):
    text = draw('<i> & "quoted"', ["<b>", "0 & more"], [Series("<script>", [1, None])])
    root = ET.fromstring(text)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
        "svg", "title", "rect", "text", "line", "polyline",
    }  # fmt: skip
    assert not re.search(r"\sstyle=|\son\w+=", text)


def test_a_line_ends_where_its_values_end():
    text = lines(
        "Owed", ["0", "1", "2"], [Series("short", [2, 0, None]), Series("long", [2, 1, 0])]
    )
    drawn = [
        element.get("points").split()
        for element in ET.fromstring(text).iter()
        if element.get("points")
    ]
    assert [len(points) for points in drawn] == [2, 3]


@pytest.mark.parametrize("values", [[], [0.0], [-5.0, 7.0], [5.0], [-5.0], [None]])
def test_all_values_and_zero_lie_within_the_picture(values):
    text = bars("Net", ["x"] * len(values), [Series("net", values)])
    for drawn in ET.fromstring(text).iter("{http://www.w3.org/2000/svg}line"):
        assert TOP <= float(drawn.get("y1")) <= HEIGHT
    for drawn in list(ET.fromstring(text).iter("{http://www.w3.org/2000/svg}rect"))[1:]:
        top = float(drawn.get("y"))
        assert TOP <= top <= top + float(drawn.get("height")) <= HEIGHT
