"""From a user agent to the device it names: program and system, without versions.

Updates must not make a new device of an old one, so versions are left out altogether.
"""

import re

NAME_LENGTH_MAX = 80
UNKNOWN = "unknown device"
# In this order: an Edge calls itself Chrome too, and a Chrome calls itself Safari.
BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"\b(?:OPR|Opera)/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS|Chromium)/")),
    ("Safari", re.compile(r"\bVersion/[\d.]+.*\bSafari/")),
)
SYSTEMS = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac ?OS ?X\b|\bMacintosh\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Linux", re.compile(r"\bLinux\b|\bX11\b")),
)
PRODUCT = re.compile(r"[^\s/()]+")


def device_name(agent: str) -> str:
    """'Firefox on Linux', 'curl', or 'unknown device' when the client says nothing of use."""
    browser = next((name for name, mark in BROWSERS if mark.search(agent)), None)
    system = next((name for name, mark in SYSTEMS if mark.search(agent)), None)
    if browser is None:
        product = PRODUCT.search(agent)
        browser = product[0][:NAME_LENGTH_MAX] if product and product[0] != "Mozilla" else None
    if browser and system:
        return f"{browser} on {system}"[:NAME_LENGTH_MAX]
    return browser or system or UNKNOWN
