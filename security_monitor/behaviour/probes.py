"""What only a scanner asks for: files and programs of other software, odd methods, and its own name.

Our own answers only: a word of the list is returned, never a text of the client's.
"""

import re
from functools import lru_cache

PATH_LENGTH_MAX, AGENT_LENGTH_MAX = 200, 300
# Nothing of ours and nothing that a browser or a mail program asks for by itself: favicons, robots.txt,
# /.well-known, apple-touch-icon and Outlook's autodiscover are not here.
PROBED = re.compile(
    r"(?:^|/)(?P<name>\.(?:env|git|svn|hg|aws|ssh|htaccess|htpasswd|ds_store|vscode)"
    r"|wp-(?:admin|login|content|includes|config)|xmlrpc|php-?myadmin|phpinfo|phpunit|pma|mysqladmin"
    r"|adminer|cgi-bin|server-status|actuator|jenkins|boaform|gponform|hnap1|id_rsa|passwd)"
    r"(?![a-z0-9])"
    r"|(?P<end>\.(?:php\d?|aspx?|jsp|cgi|sql|bak))(?:/|$)|(?P<up>/\.\./)",
    re.IGNORECASE,
)
SCANNERS = re.compile(
    r"\b(?:sqlmap|nikto|nmap|masscan|zgrab|nuclei|gobuster|dirbuster|dirsearch|feroxbuster|wpscan|acunetix"
    r"|nessus|openvas|arachni|w3af|zmeu|havij|whatweb|commix|jaeles|fuzz faster u fool)\b",
    re.IGNORECASE,
)
ODD_METHODS = frozenset({"TRACE", "TRACK"})


def probed(path: str) -> str:
    """The word of the list that the path holds; '' for a path that anybody may mistype."""
    found = PROBED.search(path[:PATH_LENGTH_MAX])
    return found[0].strip("/").lower() if found else ""


@lru_cache(maxsize=2048)
def scanner_of(agent: str) -> str:
    """The scanner that a user agent says it is; ''. Asked at every request, so answers are kept."""
    found = SCANNERS.search(agent[:AGENT_LENGTH_MAX])
    return found[0].lower() if found else ""
