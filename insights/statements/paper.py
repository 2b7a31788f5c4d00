"""The statement as a page of HTML and as PDF. Both print the same tables and charts.

PDF by fpdf2: pure Python, where WeasyPrint needs Pango on the machine. DejaVu Sans comes along, because
names of payees are in any script; what it lacks (Chinese, Japanese, Korean) prints as empty boxes.
"""

from datetime import UTC, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from insights.selectors.statement import MonthStatement
from insights.statements.charts import charts_of
from insights.statements.tables import Table, tables_of
from ledger.charts import HEIGHT, WIDTH

FONTS = Path(__file__).parents[1] / "fonts"
TEXT, HEAD, TITLE = 9, 12, 18  # points
LINE = 1.5  # height of a row in sizes of its text
FIRST_SHARE = 2  # how much wider a column of words is than one of amounts


def title_of(found: MonthStatement) -> str:
    return f"{found.month.span.start:%B %Y}"


def notes_of(found: MonthStatement) -> list[str]:
    """What a reader must know: where it ends, what lacks."""
    notes = []
    if found.month.span.end >= found.today:
        notes.append(f"Until {found.month.span.end.isoformat()}: the month is not over.")
    notes += dict.fromkeys(warning["message"] for warning in found.warnings)
    return [*notes, "Pending payments are left out. A usual month is the mean of the three before."]


def to_html(found: MonthStatement) -> str:
    """One file with nothing outside it: to read, to print, to send."""
    return render_to_string(
        "reports/statement.html",
        {
            "title": title_of(found),
            "owner": found.owner.email,
            "made_on": found.today,
            "tables": tables_of(found),
            "charts": charts_of(found),
            "notes": notes_of(found),
        },
    )


def to_pdf(found: MonthStatement) -> bytes:
    """A4, page numbers, text that can be searched and copied. Bytes depend on the books alone."""
    pdf = _blank(found)
    pdf.add_page()
    pdf.set_font("DejaVu", "B", TITLE)
    pdf.cell(0, TITLE * LINE, title_of(found), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("DejaVu", "", TEXT)
    pdf.cell(0, TEXT * LINE, found.owner.email, new_x="LMARGIN", new_y="NEXT")
    summary, *others = tables_of(found)
    _print_table(pdf, summary)
    for chart in charts_of(found):
        svg = BytesIO(chart.replace("currentColor", "#222222").encode())
        height = pdf.epw * HEIGHT / WIDTH
        if pdf.will_page_break(height):
            pdf.add_page()
        pdf.ln(TEXT)
        pdf.image(svg, w=pdf.epw, h=height)
    for table in others:
        _print_table(pdf, table)
    pdf.ln(TEXT)
    for note in notes_of(found):
        pdf.multi_cell(0, TEXT * LINE, note, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def _blank(found: MonthStatement) -> Any:
    from fpdf import FPDF  # 30 MB with its fonts' reader: only those who print pay it

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-30)
            self.set_font("DejaVu", "", TEXT - 1)
            self.cell(0, TEXT, f"{title_of(found)} · page {self.page_no()} of {{nb}}", align="C")

    pdf = Paper(unit="pt", format="A4")
    pdf.set_margin(48)
    pdf.set_auto_page_break(True, margin=48)
    pdf.add_font("DejaVu", "", FONTS / "DejaVuSans.ttf")
    pdf.add_font("DejaVu", "B", FONTS / "DejaVuSans-Bold.ttf")
    pdf.set_title(f"Statement of {title_of(found)}")
    pdf.set_lang("en")
    pdf.set_creation_date(datetime.combine(found.today, time(), UTC))
    return pdf


def _print_table(pdf: Any, table: Table) -> None:
    widths = [FIRST_SHARE if n < table.words else 1 for n in range(len(table.heads))]
    aligned = ["LEFT" if n < table.words else "RIGHT" for n in range(len(table.heads))]
    pdf.ln(TEXT)
    pdf.set_font("DejaVu", "B", HEAD)
    if pdf.will_page_break(HEAD * LINE + 3 * TEXT * LINE):
        pdf.add_page()
    pdf.cell(0, HEAD * LINE, table.title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("DejaVu", "", TEXT)
    with pdf.table(
        [table.heads, *table.rows],
        col_widths=widths,
        text_align=aligned,
        line_height=TEXT * LINE,
        borders_layout="HORIZONTAL_LINES",
    ):
        pass
