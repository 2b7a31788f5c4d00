"""Settings of the watch over logins and payments, part of config.settings."""

from config.environment import BASE_DIR, env

# From which risk score on the owner hears of a security event, unless they chose otherwise.
SECURITY_ALERT_THRESHOLD = env.int("SECURITY_ALERT_THRESHOLD", default=70)
ENABLE_REALTIME_MONITORING = env.bool("ENABLE_REALTIME_MONITORING", default=True)
# After so many days security history loses addresses, user agents and sessions.
SECURITY_HISTORY_DAYS = env.int("SECURITY_HISTORY_DAYS", default=183)
# Where signed roots of the audit chain go, to be kept out of an intruder's reach.
AUDIT_ROOTS_FILE = env.str("AUDIT_ROOTS_FILE", default="")
AUDIT_ROOTS_MAIL = env.list("AUDIT_ROOTS_MAIL", default=[])
AUDIT_ROOTS_WEBHOOK = env.str("AUDIT_ROOTS_WEBHOOK", default="")
# How many false alerts of the learned model an honest owner may get in a month, on average.
FRAUD_ALERTS_PER_MONTH = env.float("FRAUD_ALERTS_PER_MONTH", default=1.0)
# A row without a verdict counts as honest after so many days.
FRAUD_LABEL_DAYS = env.int("FRAUD_LABEL_DAYS", default=7)
# What labels say of a shop is told only when so many owners have paid there.
FRAUD_OWNERS_MIN = env.int("FRAUD_OWNERS_MIN", default=3)
# Countries of addresses; empty: places stay unknown.
_geo = BASE_DIR / "security_monitor" / "geo"
GEO_DATABASE = env.str("GEO_DATABASE", default=str(_geo / "geo-whois-asn-country.mmdb"))
# Networks of VPNs and data centres, packed by manage.py pack_networks; empty: none is known.
NETWORKS_FILE = env.str("NETWORKS_FILE", default=str(_geo / "networks.bin"))
# So many different ids that are not theirs, asked for within five minutes, are a person's probing; 0: off.
PROBED_IDS_MIN = env.int("PROBED_IDS_MIN", default=10)
# Staff who open pages of more different people than so within an hour are an event; 0: off.
STAFF_PEOPLE_MAX = env.int("STAFF_PEOPLE_MAX", default=50)
# So many times a person's busy minutes, in pages of lists, are scraping; 0: off.
SCRAPING_FACTOR = env.float("SCRAPING_FACTOR", default=5.0)
# So many times their usual share of failures are a spray over many networks; 0: off.
LOGIN_FAILURES_FACTOR = env.float("LOGIN_FAILURES_FACTOR", default=3.0)
# So many different signs of a scanner from one source within an hour are a scan; 0: off.
SCANNER_SIGNS_MIN = env.int("SCANNER_SIGNS_MIN", default=3)
