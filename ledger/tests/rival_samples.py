"""Exports of other finance programs, written by hand as the programs write them."""

import gzip
import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from ledger.statements.model import ParsedFile, StatementRow

HLEDGER = """\
; -*- journal -*-
decimal-mark .
commodity 1000.00 EUR
account assets:bank:checking    ; type:A
account liabilities:visa

2024-01-01 * opening balances
    assets:bank:checking     1,000.00 EUR
    liabilities:visa           -50.00 EUR
    equity:opening/closing balances

2024-01-05 ! (R12) Market | bread and cheese  ; trip:, place: Rome
    ; with friends
    expenses:food:groceries   12.40 EUR   ; cheese
    expenses:home              7.60 EUR
    assets:bank:checking

2024-01-10 * Employer | January
    assets:bank:checking   2000.00 EUR
    assets:bank:savings     500.00 EUR
    expenses:taxes          800.00 EUR
    income:salary

2024-01-12 * to savings, with a fee
    assets:bank:checking   -105.00 EUR
    assets:bank:savings     100.00 EUR
    expenses:fees

2024-01-15 * pay the card
    liabilities:visa  50.00 EUR
    assets:bank:checking  = 2825.00 EUR

2024-01-20 * cash in America
    assets:bank:checking  -100.00 EUR
    assets:wallet  $110.00

~ monthly
    expenses:rent  500 EUR
    assets:bank:checking
"""

BEANCOUNT = """\
option "operating_currency" "EUR"

2024-01-01 open Assets:Bank:Checking EUR
  name: "Main account"
2024-01-01 open Assets:Broker:Cash EUR
2024-01-01 open Assets:Broker:ITOT ITOT
2024-01-01 open Liabilities:Visa EUR
2024-01-01 open Equity:Opening-Balances
2024-01-01 open Expenses:Food
2024-01-01 open Expenses:Fees
2024-01-01 open Income:Dividends

2024-01-01 pad Assets:Bank:Checking Equity:Opening-Balances
2024-01-02 balance Assets:Bank:Checking  1,000.00 EUR

pushtag #winter
2024-01-05 * "Market" "bread; and cheese" #trip ^r12
  Expenses:Food            12.40 EUR ; cheese
  Liabilities:Visa
poptag #winter

2024-01-06 ! "Moved"
  external-id: "bank-77"
  Assets:Bank:Checking    -(2 * 150.00) - 5 EUR
  Assets:Broker:Cash       300.00 EUR
  Expenses:Fees              5.00 EUR

2024-01-07 * "Buy shares"
  Assets:Broker:ITOT        2 ITOT {100.00 EUR}
  Assets:Broker:Cash     -209.95 EUR
  Expenses:Fees             9.95 EUR

2024-01-08 note Assets:Broker:Cash "called them"
2024-01-31 price ITOT 110.00 EUR
2024-01-31 balance Liabilities:Visa  -12.40 EUR
"""

GNUCASH = """\
<?xml version="1.0" encoding="utf-8" ?>
<gnc-v2
     xmlns:gnc="http://www.gnucash.org/XML/gnc"
     xmlns:act="http://www.gnucash.org/XML/act"
     xmlns:cmdty="http://www.gnucash.org/XML/cmdty"
     xmlns:slot="http://www.gnucash.org/XML/slot"
     xmlns:split="http://www.gnucash.org/XML/split"
     xmlns:trn="http://www.gnucash.org/XML/trn"
     xmlns:ts="http://www.gnucash.org/XML/ts">
<gnc:count-data cd:type="book" xmlns:cd="http://www.gnucash.org/XML/cd">1</gnc:count-data>
<gnc:book version="2.0.0">
{accounts}
{transactions}
<gnc:template-transactions>
<gnc:account version="2.0.0"><act:name>never</act:name><act:id type="guid">t1</act:id>
<act:type>BANK</act:type></gnc:account>
<gnc:transaction version="2.0.0"><trn:id type="guid">t2</trn:id></gnc:transaction>
</gnc:template-transactions>
</gnc:book>
</gnc-v2>
"""


def gnucash_account(key: str, name: str, type_: str, parent: str, commodity: str = "EUR") -> str:
    space = "CURRENCY" if len(commodity) == 3 else "NASDAQ"
    below = f'<act:parent type="guid">{parent}</act:parent>' if parent else ""
    return (
        f'<gnc:account version="2.0.0"><act:name>{name}</act:name><act:id type="guid">{key}</act:id>'
        f"<act:type>{type_}</act:type><act:commodity><cmdty:space>{space}</cmdty:space>"
        f"<cmdty:id>{commodity}</cmdty:id></act:commodity>{below}</gnc:account>"
    )


def gnucash_transaction(
    key: str, on: str, text: str, *splits: tuple[str, str, str], notes: str = ""
) -> str:
    """Splits are (account, value, quantity), as "-1240/100"."""
    slots = (
        "<trn:slots><slot><slot:key>notes</slot:key>"
        f'<slot:value type="string">{notes}</slot:value></slot></trn:slots>'
    )
    parts = "".join(
        f'<trn:split><split:id type="guid">{key}-{account}</split:id>'
        f"<split:reconciled-state>n</split:reconciled-state><split:value>{value}</split:value>"
        f"<split:quantity>{quantity}</split:quantity>"
        f'<split:account type="guid">{account}</split:account></trn:split>\n'
        for account, value, quantity in splits
    )
    return (
        f'<gnc:transaction version="2.0.0"><trn:id type="guid">{key}</trn:id><trn:currency>'
        "<cmdty:space>CURRENCY</cmdty:space><cmdty:id>EUR</cmdty:id></trn:currency>"
        f"<trn:date-posted><ts:date>{on} 10:59:00 +0000</ts:date></trn:date-posted>"
        f"<trn:date-entered><ts:date>2024-03-01 08:00:00 +0000</ts:date></trn:date-entered>"
        f"<trn:description>{text}</trn:description>{slots if notes else ''}"
        f"<trn:splits>{parts}</trn:splits></gnc:transaction>\n"
    )


def gnucash() -> bytes:
    accounts = [
        gnucash_account("root", "Root Account", "ROOT", ""),
        gnucash_account("a", "Assets", "ASSET", "root"),
        gnucash_account("chk", "Checking Account", "BANK", "a"),
        gnucash_account("sav", "Savings Account", "BANK", "a"),
        gnucash_account("usd", "Dollars", "CASH", "a", "USD"),
        gnucash_account("shr", "Shares", "STOCK", "a", "AAPL"),
        gnucash_account("exp", "Expenses", "EXPENSE", "root"),
        gnucash_account("auto", "Auto", "EXPENSE", "exp"),
        gnucash_account("ins1", "Insurance", "EXPENSE", "auto"),
        gnucash_account("home", "Home", "EXPENSE", "exp"),
        gnucash_account("ins2", "Insurance", "EXPENSE", "home"),
        gnucash_account("inc", "Salary", "INCOME", "root"),
        gnucash_account("eq", "Opening Balances", "EQUITY", "root"),
    ]
    transactions = [
        gnucash_transaction(
            "t1", "2024-01-01", "Opening", ("chk", "100000/100", "100000/100"),
            ("eq", "-100000/100", "-100000/100"),
        ),
        gnucash_transaction(
            "t2", "2024-01-05", "Insurer", ("chk", "-3000/100", "-3000/100"),
            ("ins1", "1000/100", "1000/100"), ("ins2", "2000/100", "2000/100"), notes="both",
        ),
        gnucash_transaction(
            "t3", "2024-01-06", "To savings", ("chk", "-20000/100", "-20000/100"),
            ("sav", "20000/100", "20000/100"),
        ),
        gnucash_transaction(
            "t4", "2024-01-07", "Exchange", ("chk", "-9000/100", "-9000/100"),
            ("usd", "9000/100", "10000/100"),
        ),
        gnucash_transaction(
            "t5", "2024-01-08", "Buy AAPL", ("chk", "-15000/100", "-15000/100"),
            ("shr", "15000/100", "1/1"),
        ),
    ]  # fmt: skip
    filled = GNUCASH.format(accounts="\n".join(accounts), transactions="\n".join(transactions))
    return filled.encode()


GNUCASH_CSV = """\
"Date","Transaction ID","Number","Description","Notes","Commodity/Currency","Void Reason","Action","Memo","Full Account Name","Account Name","Amount With Sym","Amount Num.","Value With Sym","Value Num.","Reconcile","Reconcile Date","Rate/Price"
"01/05/2024","aa01","","Market","","CURRENCY::EUR","","","","Assets:Checking Account","Checking Account","-€12.40","-12.40","-€12.40","-12.40","n","","1.00"
"","","","","","","","","cheese","Expenses:Groceries","Groceries","€12.40","12.40","€12.40","12.40","n","","1.00"
"01/16/2024","aa02","","To savings","","CURRENCY::EUR","","","","Assets:Checking Account","Checking Account","-€1,200.00","-1,200.00","-€1,200.00","-1,200.00","n","","1.00"
"","","","","","","","","","Assets:Savings Account","Savings Account","€1,200.00","1,200.00","€1,200.00","1,200.00","n","","1.00"
"""

FIREFLY_HEADER = (
    "user_id,group_id,journal_id,created_at,updated_at,group_title,type,currency_code,amount,"
    "foreign_currency_code,foreign_amount,primary_currency_code,pc_amount,pc_foreign_amount,"
    "description,date,source_name,source_iban,source_type,destination_name,destination_iban,"
    "destination_type,reconciled,category,budget,bill,tags,notes"
)
FIREFLY = (
    f"{FIREFLY_HEADER}\n"
    + '''\
1,1,1,2024-01-01T10:00:00+01:00,2024-01-01T10:00:00+01:00,,"Opening balance",EUR,1000.00,,,EUR,,,"Initial balance for ""Main""",2024-01-01T00:00:00+01:00,"Initial balance for ""Main""",,"Initial balance account",Main,DE02120300000000202051,"Asset account",,,,,,
1,2,2,2024-01-05T10:00:00+01:00,2024-01-05T10:00:00+01:00,,Withdrawal,EUR,-12.40,USD,-13.60,EUR,,,"Weekly shop",2024-01-05T18:30:00+01:00,Main,DE02120300000000202051,"Asset account",Market,,"Expense account",,Groceries,Food,,"trip,winter",paid by card
1,3,3,2024-01-06T10:00:00+01:00,2024-01-06T10:00:00+01:00,"Big shop",Withdrawal,EUR,-20.00,,,EUR,,,Hammer,2024-01-06T00:00:00+01:00,Main,,"Asset account",Store,,"Expense account",,Tools,,,,
1,3,4,2024-01-06T10:00:00+01:00,2024-01-06T10:00:00+01:00,"Big shop",Withdrawal,EUR,-5.50,,,EUR,,,Soap,2024-01-06T00:00:00+01:00,Main,,"Asset account",Store,,"Expense account",,,Household,,,
1,4,5,2024-01-10T10:00:00+01:00,2024-01-10T10:00:00+01:00,,Transfer,EUR,100.00,USD,110.00,EUR,,,"To dollars",2024-01-10T00:00:00+01:00,Main,,"Asset account",Dollars,,"Asset account",,,,,,
1,5,6,2024-01-11T10:00:00+01:00,2024-01-11T10:00:00+01:00,,Deposit,EUR,2000.00,,,EUR,,,Salary,2024-01-11T00:00:00+01:00,Employer,,"Revenue account",Main,,"Asset account",,Salary,,,,
1,6,7,2024-01-12T10:00:00+01:00,2024-01-12T10:00:00+01:00,,Withdrawal,EUR,-300.00,,,EUR,,,"Instalment",2024-01-12T00:00:00+01:00,Main,,"Asset account",Car,,Loan,,,,,,
'''
)

YNAB = """\
\ufeff"Account","Flag","Date","Payee","Category Group/Category","Category Group","Category","Memo","Outflow","Inflow","Cleared"
"Checking","","01/15/2024","Starting Balance","Inflow: Ready to Assign","Inflow","Ready to Assign","",$0.00,"$1,000.00","Reconciled"
"Checking","Red","01/16/2024","Walmart","Food: Groceries","Food","Groceries","weekly shop",$45.00,$0.00,"Cleared"
"Checking","","01/17/2024","Transfer : Savings","","","","",$200.00,$0.00,"Cleared"
"Savings","","01/17/2024","Transfer : Checking","","","","",$0.00,$200.00,"Cleared"
"Checking","","01/18/2024","Costco","Food: Groceries","Food","Groceries","Split (1/3) milk",$20.00,$0.00,"Uncleared"
"Checking","","01/18/2024","Costco","Home: Tools","Home","Tools","Split (2/3) ",$9.99,$0.00,"Uncleared"
"Checking","","01/18/2024","Transfer : Savings","","","","Split (3/3) ",$10.00,$0.00,"Uncleared"
"Savings","","01/18/2024","Transfer : Checking","","","","",$0.00,$10.00,"Cleared"
"""
YNAB_PLAN = """\
"Month","Category Group/Category","Category Group","Category","Assigned","Activity","Available"
"Jan 2024","Food: Groceries","Food","Groceries",$500.00,-$65.00,$435.00
"Jan 2024","Fun: Cinema","Fun","Cinema",$50.00,$0.00,$50.00
"""
YNAB4 = """\
"Account","Flag","Check Number","Date","Payee","Category","Master Category","Sub Category","Memo","Outflow","Inflow","Cleared","Running Balance"
"Giro","","","31/01/2014","Starting Balance","Income:Available this month","Income","Available this month","","0,00€","1.000,00€","R","1.000,00€"
"Giro","","104","01/02/2014","Rewe","Everyday Expenses:Groceries","Everyday Expenses","Groceries","(Split 1/2) milk","10,00€","0,00€","C",""
"Giro","","104","01/02/2014","Rewe","Everyday Expenses:Household","Everyday Expenses","Household","(Split 2/2) soap","2,50€","0,00€","C",""
"Giro","","","02/02/2014","Transfer : Cash","","","","","50,00€","0,00€","U",""
"Cash","","","02/02/2014","Transfer : Giro","","","","","0,00€","50,00€","C",""
"""

MINT = """\
"Date","Description","Original Description","Amount","Transaction Type","Category","Account Name","Labels","Notes"
"1/16/2024","Whole Foods","WHOLEFDS HAR 102 OAKLAND CA","45.10","debit","Groceries","CHECKING","Vacation Tax","for ""the"" party"
"1/15/2024","Paycheck","ACME PAYROLL PPD ID: 123","2,500.00","credit","Paycheck","CHECKING","",""
"1/14/2024","Credit Card Payment","AUTOPAY VISA","300.00","debit","Credit Card Payment","CHECKING","",""
"1/14/2024","Payment Thank You","PAYMENT THANK YOU","300.00","credit","Credit Card Payment","Visa Signature","",""
"""

ACTUAL_CSV = """\
Account,Date,Payee,Notes,Category,Amount,Split_Amount,Cleared
Bank of America,2024-01-15,Starting Balance,,Starting Balances,1000,0,Reconciled
Bank of America,2024-01-16,Kroger,weekly #food shop,Food,-45.1,0,Cleared
Bank of America,2024-01-17,Ally Savings,,,-200,0,Cleared
Ally Savings,2024-01-17,Bank of America,,,200,0,Cleared
Bank of America,2024-01-18,Costco,(SPLIT INTO 2) big shop,,0,-29.99,Not cleared
Bank of America,2024-01-18,Costco,(SPLIT 1 OF 2) milk,Food,-20,0,Not cleared
Bank of America,2024-01-18,Costco,(SPLIT 2 OF 2) ,General,-9.99,0,Not cleared
"""


def actual_zip(*more: str, replace: str = "") -> bytes:
    """A budget of two accounts; `more` are statements run on its database, `replace` a whole one."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "db.sqlite"
        with sqlite3.connect(file) as database:
            for statement in [replace] if replace else [*ACTUAL_TABLES, *ACTUAL_ROWS, *more]:
                database.executescript(statement)
        database.close()
        content = file.read_bytes()
    return zipped(
        ("db.sqlite", content), ("metadata.json", json.dumps({"id": "My-Budget"}).encode())
    )


ACTUAL_TABLES = [
    "CREATE TABLE accounts (id TEXT PRIMARY KEY, account_id TEXT, name TEXT, balance_current INTEGER,"
    " type TEXT, offbudget INTEGER DEFAULT 0, closed INTEGER DEFAULT 0, tombstone INTEGER DEFAULT 0);",
    "CREATE TABLE category_groups (id TEXT PRIMARY KEY, name TEXT, is_income INTEGER DEFAULT 0,"
    " sort_order REAL, tombstone INTEGER DEFAULT 0, hidden BOOLEAN DEFAULT 0);",
    "CREATE TABLE categories (id TEXT PRIMARY KEY, name TEXT, is_income INTEGER DEFAULT 0,"
    " cat_group TEXT, sort_order REAL, tombstone INTEGER DEFAULT 0, hidden BOOLEAN DEFAULT 0);",
    "CREATE TABLE category_mapping (id TEXT PRIMARY KEY, transferId TEXT);",
    "CREATE TABLE payees (id TEXT PRIMARY KEY, name TEXT, category TEXT, tombstone INTEGER DEFAULT 0,"
    " transfer_acct TEXT);",
    "CREATE TABLE payee_mapping (id TEXT PRIMARY KEY, targetId TEXT);",
    "CREATE TABLE preferences (id TEXT PRIMARY KEY, value TEXT);",
    "CREATE TABLE transactions (id TEXT PRIMARY KEY, isParent INTEGER DEFAULT 0, isChild INTEGER"
    " DEFAULT 0, acct TEXT, category TEXT, amount INTEGER, description TEXT, notes TEXT, date INTEGER,"
    " financial_id TEXT, imported_description TEXT, starting_balance_flag INTEGER DEFAULT 0,"
    " transferred_id TEXT, sort_order REAL, tombstone INTEGER DEFAULT 0, cleared INTEGER DEFAULT 1,"
    " pending INTEGER DEFAULT 0, parent_id TEXT, schedule TEXT, reconciled INTEGER DEFAULT 0);",
]
_COLUMNS = (
    "INSERT INTO transactions (id, isParent, isChild, acct, category, amount, description, notes,"
    " date, transferred_id, parent_id, cleared, starting_balance_flag, tombstone) VALUES "
)
ACTUAL_ROWS = [
    "INSERT INTO accounts (id, name) VALUES ('a1', 'Checking'), ('a2', 'Savings');",
    "INSERT INTO category_groups (id, name, is_income) VALUES ('g1', 'Usual', 0), ('g2', 'Income', 1);",
    "INSERT INTO categories (id, name, is_income, cat_group) VALUES ('c1', 'Food', 0, 'g1'),"
    " ('c2', 'Tools', 0, 'g1'), ('c3', 'Salary', 1, 'g2');",
    "INSERT INTO category_mapping VALUES ('c1', 'c1'), ('c2', 'c2'), ('c3', 'c3'), ('old', 'c1');",
    "INSERT INTO payees (id, name, transfer_acct) VALUES ('p1', 'Kroger', NULL),"
    " ('p2', '', 'a2'), ('p3', '', 'a1'), ('p4', 'Employer', NULL), ('p5', 'KROGER #12', NULL);",
    "INSERT INTO payee_mapping VALUES ('p1', 'p1'), ('p5', 'p1');",
    "INSERT INTO preferences VALUES ('defaultCurrencyCode', 'EUR');",
    f"{_COLUMNS}('t1',0,0,'a1','c3',200000,'p4','',20240110,NULL,NULL,1,0,0),"
    "('t2',0,0,'a1','old',-4510,'p5','weekly #food',20240111,NULL,NULL,0,0,0),"
    "('t3',0,0,'a1',NULL,-20000,'p2',NULL,20240112,'t4',NULL,1,0,0),"
    "('t4',0,0,'a2',NULL,20000,'p3',NULL,20240112,'t3',NULL,1,0,0),"
    "('t5',1,0,'a1',NULL,-3999,'p1','big shop',20240113,NULL,NULL,1,0,0),"
    "('t6',0,1,'a1','c1',-2000,NULL,'milk',20240113,NULL,'t5',1,0,0),"
    "('t7',0,1,'a1','c2',-999,NULL,NULL,20240113,NULL,'t5',1,0,0),"
    "('t8',0,1,'a1',NULL,-1000,'p2',NULL,20240113,'t9','t5',1,0,0),"
    "('t9',0,0,'a2',NULL,1000,'p3',NULL,20240113,'t8',NULL,1,0,0),"
    "('t10',0,0,'a1','c1',-5,'p1','deleted',20240113,NULL,NULL,1,0,1),"
    "('t11',0,0,'a1',NULL,100000,'p4',NULL,20240101,NULL,NULL,1,1,0);",
]


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def ynab_zip() -> bytes:
    return zipped(
        ("My Budget as of 2024-01-31 - Plan.csv", YNAB_PLAN.encode()),
        ("My Budget as of 2024-01-31 - Register.csv", YNAB.encode()),
    )


def all_samples() -> dict[str, tuple[str, bytes]]:
    """Format and bytes by a name for each sample."""
    return {
        "hledger": ("hledger", HLEDGER.encode()),
        "beancount": ("beancount", BEANCOUNT.encode()),
        "gnucash": ("gnucash", gnucash()),
        "gnucash, packed": ("gnucash", gzip.compress(gnucash())),
        "gnucash, csv": ("gnucash", GNUCASH_CSV.encode()),
        "firefly": ("firefly", FIREFLY.encode()),
        "ynab": ("ynab", YNAB.encode()),
        "ynab 4": ("ynab", YNAB4.encode()),
        "ynab, zip": ("ynab", ynab_zip()),
        "mint": ("mint", MINT.encode()),
        "actual": ("actual", ACTUAL_CSV.encode()),
        "actual, zip": ("actual", actual_zip()),
    }


def rows_of(parsed: ParsedFile, account: str) -> list[StatementRow]:
    return [r for s in parsed.statements if s.account_id == account for r in s.rows]


def balances(parsed: ParsedFile) -> dict[str, str]:
    """The sum of every account's rows, in its currency."""
    return {
        s.account_id: f"{sum(r.amount for r in s.rows):.2f} {s.currency}".strip()
        for s in parsed.statements
    }


def pairs_agree(rows: Iterable[StatementRow]) -> bool:
    """Whether each transfer has exactly two legs, of opposite signs, on one day."""
    legs: dict[str, list[StatementRow]] = {}
    for row in rows:
        if row.transfer_id:
            legs.setdefault(row.transfer_id, []).append(row)
    return all(
        len(two) == 2 and two[0].amount * two[1].amount < 0 and two[0].posted_on == two[1].posted_on
        for two in legs.values()
    )
