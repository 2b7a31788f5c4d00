"""`make security`: scanners against our sources and against a server of our own, and what they found.

The server runs on a throw-away database with demo data; nothing leaves this machine. What each tool
said in full stays in the folder named at the end; the table is for docs/security.md. Ends with 1
when a tool found something of medium or higher severity. SECURITY_SECONDS bounds each scan (300).
"""

# ruff: noqa: S603, T201

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
TOOLS = ROOT / ".venv-security" / "bin"  # apart: no developer needs what they need
SECONDS = int(os.environ.get("SECURITY_SECONDS", "300"))
PORT = int(os.environ.get("SECURITY_PORT", "8765"))
BASE = f"http://127.0.0.1:{PORT}"
SOURCES = [
    "accounts", "ledger", "budgeting", "goals", "debts", "insights", "security_monitor", "config",
]  # fmt: skip
# Of bandit's tests those that ruff applies too (S608, S308), where each line allowed says why, and
# assertions, which state our own invariants.
SKIPPED = "B608,B308,B703,B101"
# Parameters that reach a query by another way each: search, order, ids, ranges, pages.
PROBED = [
    "/api/transactions?q=rent&limit=5&amount_min=1&tag=a",
    "/api/transactions?category=Groceries&payee=a&status=cleared&sort=-posted_on",
    "/api/categories?kind=expense&tree=true",
    "/api/payees?q=a&prefix=b",
    "/api/analytics/cash-flow?date_from=2026-01-01&granularity=month",
]


def run(name: str, words: list[str], out: Path, seconds: int = SECONDS) -> str:
    """The tool's output, also of one that was cut short; kept in the folder."""
    with (out / f"{name}.txt").open("w+") as log:
        process = subprocess.Popen(
            words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
            log.write("\n(cut short)\n")
    return (out / f"{name}.txt").read_text(errors="replace")


@contextmanager
def server(out: Path) -> Iterator[str]:
    """A server with a demo household, and the access token of somebody in it."""
    environment = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
    environment |= {"DATA_DIR": str(out / "data"), "LOG_LEVEL": "ERROR", "QUOTA_VISITS": "1000000/m",
                    "QUOTA_WRITES": "1000000/m", "QUOTA_REPORTS": "1000000/m"}  # fmt: skip
    (out / "data").mkdir()

    def manage(*words: str) -> list[str]:
        return [sys.executable, "manage.py", *words]

    for words in (["migrate", "-v0"], ["seed_demo", "--size", "small", "--years", "1"]):
        subprocess.run(manage(*words), cwd=ROOT, env=environment, check=True, capture_output=True)
    with (out / "server.txt").open("wb") as log:
        process = subprocess.Popen(
            manage("serve", "--port", str(PORT)),
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        until_ready(process)
        person = {"email": "prober@example.org", "password": secrets.token_urlsafe(20)}
        yield str(post("/api/auth/register", person)["access"])
    finally:
        process.terminate()
        process.wait(timeout=30)


def until_ready(process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{BASE}/health", timeout=5).close()  # noqa: S310 (our own)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("The server did not start; see server.txt")


def post(path: str, body: dict[str, str]) -> Any:
    request = urllib.request.Request(  # noqa: S310 (our own)
        BASE + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)


Row = tuple[str, str, Counter[str]]


def bandit(out: Path) -> Row:
    report = out / "bandit.json"
    words = [str(TOOLS / "bandit"), "-q", "-r", *SOURCES, "-x", "*/tests/*,*/migrations/*", "-s", SKIPPED,
             "-f", "json", "-o", str(report)]  # fmt: skip
    run("bandit", words, out)
    said = json.loads(report.read_text())
    lines = said["metrics"]["_totals"]["loc"]
    found = Counter(item["issue_severity"].lower() for item in said["results"])
    return "bandit", f"{lines:,} lines of our own code", found


def schemathesis(out: Path, token: str) -> Row:
    words = [str(BIN / "schemathesis"), "run", f"{BASE}/api/schema", "-H",
             f"Authorization: Bearer {token}", "--max-examples", "5", "--phases", "examples,fuzzing",
             "--checks", "not_a_server_error,ignored_auth", "--continue-on-failure",
             "--exclude-path-regex", "logout|sessions|change-password", "--seed", "1"]  # fmt: skip
    said = run("schemathesis", words, out)
    tested = re.search(r"Tested: (\d+)", said)
    failed = re.search(r"(\d+) unique failures?", said)
    found = Counter({"high": int(failed[1])}) if failed else Counter()
    return "schemathesis", f"{tested[1] if tested else 'not all'} operations", found


def sqlmap(out: Path, token: str) -> Row:
    found: Counter[str] = Counter()
    tried: set[str] = set()
    for number, address in enumerate(PROBED):
        words = [str(TOOLS / "sqlmap"), "-u", BASE + address, "--batch", "--level", "1", "--risk", "1",
                 "--headers", f"Authorization: Bearer {token}", "--ignore-code", "400", "--technique",
                 "BEUS", "--flush-session", "--output-dir", str(out / "sqlmap")]  # fmt: skip
        said = run(f"sqlmap-{number}", words, out, SECONDS // len(PROBED))
        tried |= set(re.findall(r"testing if GET parameter '(\w+)'", said))
        found["high"] += len(re.findall(r"^Parameter: ", said, re.MULTILINE))
    return "sqlmap", f"{len(tried)} parameters of {len(PROBED)} addresses", +found


def wapiti(out: Path, token: str) -> Row:
    report, schema = out / "wapiti.json", out / "schema.json"
    with urllib.request.urlopen(f"{BASE}/api/schema", timeout=60) as answer:  # noqa: S310
        schema.write_text(json.dumps({**json.load(answer), "servers": [{"url": BASE}]}))
    words = [str(TOOLS / "wapiti"), "-u", f"{BASE}/", "--swagger", str(schema), "--scope", "domain",
             "-H", f"Authorization: Bearer {token}", "-m",
             "csp,cookieflags,http_headers,sql,xss,exec,file,redirect,crlf", "--max-scan-time",
             str(SECONDS - 60), "--max-attack-time", "40", "--max-links-per-page", "50", "-x",
             f"{BASE}/api/auth/*", "-f", "json", "-o", str(report), "--flush-session",
             "--no-bugreport", "--store-session", str(out / "wapiti")]  # fmt: skip
    run("wapiti", words, out)
    if not report.exists():
        return "wapiti", "nothing: it was cut short", Counter({"no report": 1})
    said = json.loads(report.read_text())
    grades = {1: "low", 2: "medium", 3: "high", 4: "high"}
    holes = [hole for holes in said["vulnerabilities"].values() for hole in holes]
    pages = said["infos"].get("crawled_pages_nbr", len(said["infos"].get("crawled_pages", [])))
    return "wapiti", f"{pages} addresses", Counter(grades[hole["level"]] for hole in holes)


def main() -> None:
    out = Path(tempfile.mkdtemp(prefix="security-"))
    wanted = sys.argv[1:] or ["bandit", "schemathesis", "sqlmap", "wapiti"]
    rows = [bandit(out)] if "bandit" in wanted else []
    tools = {"sqlmap": sqlmap, "wapiti": wapiti, "schemathesis": schemathesis}
    chosen = [tool for name, tool in tools.items() if name in wanted]
    if chosen:
        with server(out) as token:
            rows += [tool(out, token) for tool in chosen]
    print("| tool | examined | high | medium | low |\n|---|---|---|---|---|")
    for name, examined, found in rows:
        print(f"| {name} | {examined} | {found['high']} | {found['medium']} | {found['low']} |")
    print(f"\nIn full: {out}")
    sys.exit(any(found["high"] + found["medium"] + found["no report"] for _, _, found in rows))


if __name__ == "__main__":
    main()
