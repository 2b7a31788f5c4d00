"""The invariants of the books as SQL: each statement gives the rows where one is broken.

One statement sees one state of the database, so a check is right while writers are at work. `:user`
stands for the owner, `:nil` for the id that says "no category", `:month(x)` for the first day of
x's month. Columns are the key, then what must be, then what is: `key` and `values` name them.
"""

from dataclasses import dataclass

FINDINGS_MAX = 100  # per check and owner: enough to see what broke, never a memory full of it


@dataclass(frozen=True, slots=True)
class Check:
    kind: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    sql: str


ACCOUNT_SUMS = """
SELECT a.id,
       a.opening_minor + COALESCE(s.total, 0), a.opening_minor + COALESCE(s.cleared, 0),
       COALESCE(s.pending_out, 0),
       a.balance_minor, a.cleared_minor, a.pending_out_minor
FROM ledger_account a
LEFT JOIN (
    SELECT account_id, SUM(amount_minor) AS total,
           SUM(CASE WHEN status <> 'pending' THEN amount_minor ELSE 0 END) AS cleared,
           SUM(CASE WHEN status = 'pending' AND amount_minor < 0 THEN amount_minor ELSE 0 END)
               AS pending_out
    FROM ledger_transaction WHERE user_id = :user GROUP BY account_id
) s ON s.account_id = a.id
WHERE a.user_id = :user
  AND (a.balance_minor <> a.opening_minor + COALESCE(s.total, 0)
       OR a.cleared_minor <> a.opening_minor + COALESCE(s.cleared, 0)
       OR a.pending_out_minor <> COALESCE(s.pending_out, 0))
"""

# What must be and what is are stacked and summed per key: a total of zero then equals no total.
MONTHLY_TOTALS = """
SELECT month, account_id, category_id, is_transfer, is_pending,
       SUM(e_in), SUM(e_out), SUM(e_n), SUM(f_in), SUM(f_out), SUM(f_n)
FROM (
    SELECT :month(posted_on) AS month, account_id, COALESCE(category_id, :nil) AS category_id,
           transfer_id IS NOT NULL AS is_transfer, status = 'pending' AS is_pending,
           CASE WHEN amount_minor > 0 THEN amount_minor ELSE 0 END AS e_in,
           CASE WHEN amount_minor < 0 THEN -amount_minor ELSE 0 END AS e_out,
           1 AS e_n, 0 AS f_in, 0 AS f_out, 0 AS f_n
    FROM ledger_transaction WHERE user_id = :user AND split_count = 0
    UNION ALL
    SELECT :month(t.posted_on), t.account_id, COALESCE(s.category_id, :nil),
           t.transfer_id IS NOT NULL, t.status = 'pending',
           CASE WHEN s.amount_minor > 0 THEN s.amount_minor ELSE 0 END,
           CASE WHEN s.amount_minor < 0 THEN -s.amount_minor ELSE 0 END,
           1, 0, 0, 0
    FROM ledger_split s JOIN ledger_transaction t ON t.id = s.transaction_id
    WHERE t.user_id = :user AND t.split_count > 0
    UNION ALL
    SELECT month, account_id, category_id, is_transfer, is_pending,
           0, 0, 0, inflow_minor, outflow_minor, "count"
    FROM ledger_monthlytotal WHERE user_id = :user
) stacked
GROUP BY month, account_id, category_id, is_transfer, is_pending
HAVING SUM(e_in) <> SUM(f_in) OR SUM(e_out) <> SUM(f_out) OR SUM(e_n) <> SUM(f_n)
"""

DAILY_TOTALS = """
SELECT day, account_id, is_transfer, is_pending,
       SUM(e_in), SUM(e_out), SUM(e_n), SUM(f_in), SUM(f_out), SUM(f_n)
FROM (
    SELECT posted_on AS day, account_id,
           transfer_id IS NOT NULL AS is_transfer, status = 'pending' AS is_pending,
           CASE WHEN amount_minor > 0 THEN amount_minor ELSE 0 END AS e_in,
           CASE WHEN amount_minor < 0 THEN -amount_minor ELSE 0 END AS e_out,
           1 AS e_n, 0 AS f_in, 0 AS f_out, 0 AS f_n
    FROM ledger_transaction WHERE user_id = :user
    UNION ALL
    SELECT day, account_id, is_transfer, is_pending,
           0, 0, 0, inflow_minor, outflow_minor, "count"
    FROM ledger_dailytotal WHERE user_id = :user
) stacked
GROUP BY day, account_id, is_transfer, is_pending
HAVING SUM(e_in) <> SUM(f_in) OR SUM(e_out) <> SUM(f_out) OR SUM(e_n) <> SUM(f_n)
"""

# Reads no row of the books: balances against both kinds of totals.
TOTALS_AND_BALANCES = """
SELECT a.id,
       a.balance_minor - a.opening_minor, a.balance_minor - a.opening_minor,
       COALESCE(m.total, 0), COALESCE(d.total, 0)
FROM ledger_account a
LEFT JOIN (SELECT account_id, SUM(inflow_minor - outflow_minor) AS total
           FROM ledger_monthlytotal WHERE user_id = :user GROUP BY account_id) m
       ON m.account_id = a.id
LEFT JOIN (SELECT account_id, SUM(inflow_minor - outflow_minor) AS total
           FROM ledger_dailytotal WHERE user_id = :user GROUP BY account_id) d
       ON d.account_id = a.id
WHERE a.user_id = :user
  AND (COALESCE(m.total, 0) <> a.balance_minor - a.opening_minor
       OR COALESCE(d.total, 0) <> a.balance_minor - a.opening_minor)
"""

SPLITS = """
SELECT transaction_id, SUM(e_n), SUM(e_sum), SUM(f_n), SUM(f_sum)
FROM (
    SELECT id AS transaction_id, split_count AS e_n, amount_minor AS e_sum, 0 AS f_n, 0 AS f_sum
    FROM ledger_transaction WHERE user_id = :user AND split_count > 0
    UNION ALL
    SELECT transaction_id, 0, 0, 1, amount_minor FROM ledger_split WHERE user_id = :user
) stacked
GROUP BY transaction_id
HAVING SUM(e_n) <> SUM(f_n) OR SUM(e_sum) <> SUM(f_sum)
"""

SPLIT_ROWS_HAVE_NO_CATEGORY = """
SELECT id, 0, 1 FROM ledger_transaction
WHERE user_id = :user AND split_count > 0 AND (category_id IS NOT NULL OR transfer_id IS NOT NULL)
"""

TAGS = """
SELECT transaction_id, SUM(e_n), SUM(f_n)
FROM (
    SELECT id AS transaction_id, tag_count AS e_n, 0 AS f_n
    FROM ledger_transaction WHERE user_id = :user AND tag_count > 0
    UNION ALL
    SELECT transaction_id, 0, 1 FROM ledger_transactiontag WHERE user_id = :user
) stacked
GROUP BY transaction_id
HAVING SUM(e_n) <> SUM(f_n)
"""

ATTACHMENTS = """
SELECT t.id, COUNT(a.id), t.attachment_count
FROM ledger_transaction t
LEFT JOIN ledger_attachment a ON a.transaction_id = t.id AND a.user_id = :user
WHERE t.user_id = :user
GROUP BY t.id, t.attachment_count
HAVING COUNT(a.id) <> t.attachment_count
"""

# `remainder` is what the legs leave over; legs in two currencies need only opposite signs.
TRANSFERS = """
SELECT r.id, 2, 2, 2, 0, COUNT(t.id), COUNT(DISTINCT t.account_id),
       COUNT(DISTINCT CASE WHEN t.amount_minor < 0 THEN -1 ELSE 1 END),
       CASE WHEN COUNT(DISTINCT t.currency) = 1 THEN SUM(t.amount_minor) ELSE 0 END
FROM ledger_transfer r LEFT JOIN ledger_transaction t ON t.transfer_id = r.id
WHERE r.user_id = :user
GROUP BY r.id
HAVING COUNT(t.id) <> 2 OR COUNT(DISTINCT t.account_id) <> 2
    OR MIN(t.amount_minor) > 0 OR MAX(t.amount_minor) < 0
    OR (COUNT(DISTINCT t.currency) = 1 AND SUM(t.amount_minor) <> 0)
"""

ROW_CURRENCY = """
SELECT t.id, a.currency, t.currency
FROM ledger_transaction t JOIN ledger_account a ON a.id = t.account_id
WHERE t.user_id = :user AND t.currency <> a.currency
"""

TOTAL_CURRENCY = """
SELECT m.account_id, a.currency, MIN(m.currency)
FROM (SELECT account_id, currency FROM ledger_monthlytotal WHERE user_id = :user
      UNION SELECT account_id, currency FROM ledger_dailytotal WHERE user_id = :user) m
JOIN ledger_account a ON a.id = m.account_id
WHERE m.currency <> a.currency
GROUP BY m.account_id, a.currency
"""

EXTERNAL_IDS = """
SELECT account_id, external_id, 1, COUNT(*) FROM ledger_transaction
WHERE user_id = :user AND external_id <> ''
GROUP BY account_id, external_id HAVING COUNT(*) > 1
"""

DELETED_ROWS_ARE_GONE = """
SELECT d.id, 0, 1 FROM ledger_deletedtransaction d JOIN ledger_transaction t ON t.id = d.id
WHERE d.user_id = :user
"""

CLOCK = """
SELECT u.id, 1, 0 FROM accounts_user u
WHERE u.id = :user AND NOT EXISTS (SELECT 1 FROM accounts_clock c WHERE c.user_id = u.id)
"""


def reference(table: str, column: str, target: str) -> Check:
    """A row may name only rows of its own owner."""
    sql = """
SELECT x.id, x.$column, COUNT(*), 0 FROM $table x
WHERE x.user_id = :user AND x.$column IS NOT NULL AND x.$column <> :nil
  AND NOT EXISTS (SELECT 1 FROM $target y WHERE y.id = x.$column AND y.user_id = x.user_id)
GROUP BY x.id, x.$column
"""
    for name, value in {"$table": table, "$column": column, "$target": target}.items():
        sql = sql.replace(name, value)
    kind = f"foreign_reference:{table.removeprefix('ledger_')}.{column}"
    return Check(kind, ("row", column), ("owned",), sql)


def seq_within_clock(table: str) -> Check:
    """No row may be from a later tick than the owner's clock has counted."""
    sql = """
SELECT c.user_id, c.seq, m.seq
FROM accounts_clock c JOIN (SELECT MAX(seq) AS seq FROM $table WHERE user_id = :user) m
     ON m.seq > c.seq
WHERE c.user_id = :user
"""
    name = table.split("_", 1)[1]
    return Check(f"seq_ahead_of_clock:{name}", ("owner",), ("seq",), sql.replace("$table", table))


def tombstone(kind: str, table: str) -> Check:
    """What was buried is gone, unless it was brought back at a later tick."""
    sql = """
SELECT b.row_id, 0, MIN(x.seq)
FROM accounts_tombstone b JOIN $table x ON x.id = b.row_id
WHERE b.user_id = :user AND b.kind = '$kind' AND x.seq <= b.seq
GROUP BY b.row_id
"""
    sql = sql.replace("$table", table).replace("$kind", kind)
    return Check(f"tombstone_of_live_row:{kind}", (kind,), ("live_seq",), sql)


SUMS = ("inflow_minor", "outflow_minor", "count")
REFERENCES = {
    "ledger_transaction": {
        "account_id": "ledger_account",
        "category_id": "ledger_category",
        "payee_id": "ledger_payee",
        "transfer_id": "ledger_transfer",
        "import_batch_id": "ledger_importbatch",
        "reconciliation_id": "ledger_reconciliation",
    },
    "ledger_split": {"transaction_id": "ledger_transaction", "category_id": "ledger_category"},
    "ledger_transactiontag": {"transaction_id": "ledger_transaction", "tag_id": "ledger_tag"},
    "ledger_category": {"parent_id": "ledger_category"},
    "ledger_payeealias": {"payee_id": "ledger_payee"},
    "ledger_importbatch": {"account_id": "ledger_account"},
    "ledger_reconciliation": {"account_id": "ledger_account"},
    "ledger_deletedtransaction": {"account_id": "ledger_account"},
    "ledger_monthlytotal": {"account_id": "ledger_account"},
    "ledger_dailytotal": {"account_id": "ledger_account"},
}
OWNED_TABLES = (
    "ledger_account", "ledger_category", "ledger_payee", "ledger_payeealias", "ledger_tag",
    "ledger_importbatch", "ledger_transfer", "ledger_reconciliation", "ledger_transaction",
    "ledger_deletedtransaction", "ledger_exchangerate", "accounts_event", "accounts_tombstone",
)  # fmt: skip
BURIED = ("transaction", "transfer", "account", "category", "payee", "tag", "reconciliation")

CHECKS: tuple[Check, ...] = (
    Check("no_clock", ("owner",), ("clocks",), CLOCK),
    Check(
        "account_sums",
        ("account",),
        ("balance_minor", "cleared_minor", "pending_out_minor"),
        ACCOUNT_SUMS,
    ),
    Check(
        "monthly_total",
        ("month", "account", "category", "is_transfer", "is_pending"),
        SUMS,
        MONTHLY_TOTALS,
    ),
    Check("daily_total", ("day", "account", "is_transfer", "is_pending"), SUMS, DAILY_TOTALS),
    Check("totals_and_balance", ("account",), ("months", "days"), TOTALS_AND_BALANCES),
    Check("splits", ("transaction",), ("split_count", "amount_minor"), SPLITS),
    Check(
        "split_row_with_category", ("transaction",), ("categories",), SPLIT_ROWS_HAVE_NO_CATEGORY
    ),
    Check("tags", ("transaction",), ("tag_count",), TAGS),
    Check("attachments", ("transaction",), ("attachment_count",), ATTACHMENTS),
    Check("transfer", ("transfer",), ("legs", "accounts", "directions", "remainder"), TRANSFERS),
    Check("row_currency", ("transaction",), ("currency",), ROW_CURRENCY),
    Check("total_currency", ("account",), ("currency",), TOTAL_CURRENCY),
    Check("external_id", ("account", "external_id"), ("rows",), EXTERNAL_IDS),
    Check("deleted_row_is_live", ("transaction",), ("rows",), DELETED_ROWS_ARE_GONE),
    *(
        reference(table, column, target)
        for table, columns in REFERENCES.items()
        for column, target in columns.items()
    ),
    *(seq_within_clock(table) for table in OWNED_TABLES),
    *(tombstone(kind, f"ledger_{kind}") for kind in BURIED),
)
