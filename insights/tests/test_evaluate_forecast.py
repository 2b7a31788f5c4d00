"""`manage.py evaluate_forecast`: figures of files and folders, and files that are none."""

import gzip
import json
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from insights.forecast_evaluation import Series, evaluate, ours, read_series, seasonal_naive
from insights.household_evaluation import read_households
from insights.ranges import ranges_of

WEEK = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0]
PUBLISHED = Path(__file__).parents[3] / "shared/data/forecast"
both = {"ours": ours, "naive": seasonal_naive}


def test_a_perfect_week_is_forecast_without_error():
    found = evaluate([Series("s", 7, WEEK * 20, [*WEEK, None])], both)
    for row in found.values():
        assert (row.count, row.smape, row.mase, row.pinball) == (
            1,
            *[pytest.approx(0, abs=1e-9)] * 3,
        )


def test_figures_by_hand():
    """Flat at 2 with a last day of training at 3: naive repeats it once in its week."""
    found = evaluate([Series("s", 7, [*[2.0] * 69, 3.0], [2.0] * 7)], both)["naive"]
    assert found.smape == pytest.approx(200 * 1 / 5 / 7)
    assert found.mase == pytest.approx((1 / 7) / (1 / 63))
    # 3 is said for 10, 50 and 90 % alike, and 2 came.
    assert found.pinball == pytest.approx((0.9 + 0.5 + 0.1) / 3 * (1 / 7) / (1 / 63))


def test_ranges_are_conformal_in_the_usual_error_of_each_step():
    """Errors 1..19 at the first step and twice that at the second: of 20 places two lie below 2."""
    errors = np.array([[n - 10.0, 2 * (n - 10.0)] for n in range(1, 20)])
    found = ranges_of(errors, 3)
    assert found.usual[:2] == pytest.approx([90 / 19, 180 / 19])
    assert found.usual[2] == pytest.approx(180 / 19 * 1.5**0.5)
    low, high = found.quantile(0.1), found.quantile(0.9)
    assert low[:2] == pytest.approx([-8, -16])
    assert high[:2] == pytest.approx([8, 16])


@pytest.mark.parametrize("name", ["m1", "nn5"])
def test_a_part_of_the_published_series_is_forecast_better_than_by_naive(name):
    path = PUBLISHED / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip("the published series are not at hand")
    found = evaluate(list(read_series(path))[::25], both)
    assert found["ours"].mase < found["naive"].mase
    assert found["ours"].pinball < found["naive"].pinball


def test_the_command_prints_figures_of_daily_and_monthly_series(tmp_path):
    year = [100.0 + k % 12 for k in range(60)]
    rows = [
        {"id": "d", "period": "DAILY", "train": [*WEEK * 20, None], "test": WEEK},
        {"id": "m", "period": "MONTHLY", "train": year, "test": year[:12]},
        {"id": "q", "period": "QUARTERLY", "train": year, "test": year[:4]},
    ]
    path = tmp_path / "series.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(json.dumps(r) for r in rows).encode()))
    out = StringIO()
    plot = tmp_path / "fan.svg"
    call_command("evaluate_forecast", str(path), plot=plot, stdout=out)
    assert ET.fromstring(plot.read_text()).tag.endswith("svg")
    assert plot.read_text().count("<polyline") == 6
    assert "2 series" in out.getvalue()
    assert "seasonal naive" in out.getvalue()


def household(folder: Path) -> None:
    lines = ["date,payee,category,account,amount,currency,id"]
    first = date(2016, 1, 1)
    lines.append(f"{first},,Opening Balance,Checking,1000.00,EUR,R0")
    for k in range(365 * 5):
        on = first + timedelta(k)
        lines.append(f"{on},Shop,Food,Checking,-{10 + on.month}.00,EUR,R{k + 1}")
        if on.day == 1:
            lines.append(f"{on},Work,Salary,Checking,900.00,EUR,S{k}")
            lines.append(f"{on},,,Checking,-50.00,EUR,T{k}-out")
            lines.append(f"{on},,,Savings,50.00,EUR,T{k}-in")
    (folder / "txns.csv").write_text("\n".join([*lines, lines[-1]]))


def test_a_household_is_read_without_transfers_openings_and_repeats(tmp_path):
    household(tmp_path)
    (found,) = read_households(tmp_path)
    assert found.spent["Food"][date(2016, 1, 1)] == 31 * 11_00
    assert found.nets[date(2016, 1, 1)] == 900_00 - 11_00
    assert found.nets[date(2020, 12, 1)] == 900_00 - 22_00


def test_households_of_a_folder_are_forecast_by_day_and_month(tmp_path):
    household(tmp_path)
    out = StringIO()
    call_command("evaluate_forecast", str(tmp_path), stdout=out)
    assert "1 households" in out.getvalue()
    assert "spending by months ahead" in out.getvalue()
    assert "spending of so many months together" in out.getvalue()


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"id": 1}', '{"id": 1, "period": "DAILY", "train": 5, "test": []}'])  # fmt: skip
def test_what_is_no_series_is_refused(tmp_path, text):
    path = tmp_path / "series.jsonl"
    path.write_text(text)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("evaluate_forecast", str(path), stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("evaluate_forecast", str(tmp_path / "nothing"), stdout=StringIO())
    with pytest.raises(CommandError, match="no postings"):
        call_command("evaluate_forecast", str(tmp_path), stdout=StringIO())
