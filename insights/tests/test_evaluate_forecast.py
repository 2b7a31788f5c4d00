"""`manage.py evaluate_forecast`: figures of a file of series, and files that are none."""

import gzip
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from insights.forecast_evaluation import Series, evaluate

WEEK = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0]


def test_a_perfect_week_is_forecast_without_error():
    found = evaluate([Series("s", 7, WEEK * 20, [*WEEK, None])])
    assert (found.count, found.smape, found.mase, found.coverage) == (
        1,
        pytest.approx(0, abs=1e-9),
        pytest.approx(0, abs=1e-9),
        1.0,
    )
    assert found.naive_mase == pytest.approx(0)


def test_figures_by_hand():
    """Flat at 2 with a last day of training at 3: naive repeats it once in its week."""
    found = evaluate([Series("s", 7, [*[2.0] * 69, 3.0], [2.0] * 7)])
    assert found.naive_smape == pytest.approx(200 * 1 / 5 / 7)
    assert found.naive_mase == pytest.approx((1 / 7) / (1 / 63))


def test_the_command_prints_figures_of_daily_series_only(tmp_path):
    rows = [
        {"id": "d", "period": "DAILY", "train": [*WEEK * 20, None], "test": WEEK},
        {"id": "m", "period": "MONTHLY", "train": [1.0] * 90, "test": [1.0]},
    ]
    path = tmp_path / "series.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(json.dumps(r) for r in rows).encode()))
    out = StringIO()
    call_command("evaluate_forecast", str(path), stdout=out)
    assert "1 daily series" in out.getvalue()
    assert "seasonal naive" in out.getvalue()


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"id": 1}', '{"id": 1, "period": "DAILY", "train": 5, "test": []}'])  # fmt: skip
def test_what_is_no_series_is_refused(tmp_path, text):
    path = tmp_path / "series.jsonl"
    path.write_text(text)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("evaluate_forecast", str(path), stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("evaluate_forecast", str(tmp_path / "nothing"), stdout=StringIO())
