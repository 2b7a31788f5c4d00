"""Words in cells that carry meaning: debit or credit, pending, not carried out, balances."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from ledger.statements.csv_columns import words_of


def _phrases(text: str) -> list[str]:
    return [phrase.strip() for phrase in text.split("|")]


def _folded(text: str) -> frozenset[str]:
    return frozenset(map(words_of, _phrases(text)))


def _any(text: str) -> re.Pattern[str]:
    """Finds any of the phrases anywhere."""
    return re.compile("|".join(_phrases(text)))


def _whole(text: str) -> re.Pattern[str]:
    """Matches one of the phrases, with a date or number behind it."""
    when = "(?:(?: as of| on| per| vom| am| au| al| em)? \\d.*)?"
    return re.compile(f"(?:{'|'.join(_phrases(text))}){when}")


_OUT = _folded(
    """
    d|dr|db|deb|debit|debet|debito|débit|debe|dare|deebet|soll|s|af|out|outflow|outgoing
    |outward|o|withdrawal|withdraw|expense|money out|paid out|sent|spent|ausgang|belastung
    |lastschrift|ausgabe|uit|sortie|dépense|cargo|gasto|egreso|salida|uscita|addebito|saída
    |despesa|obciążenie|wydatek|výdaj|výdej|odchozí|ut|uttag|utgift|ud|udgift|meno|otto|kiadás
    |terhelés|t|расход|списание|дебет|支出|借|借方|出金|出|支|出帳|출금|borç|gider|giden
    |dr amount|w|借 dr|dr 借"""
)
_IN = _folded(
    """
    c|cr|cred|credit|kredit|kreedit|credito|crédit|haber|avere|haben|h|k|bij|in|inflow|incoming
    |inward|i|deposit|income|money in|paid in|received|eingang|gutschrift|einnahme|entrée
    |recette|abono|ingreso|entrada|entrata|accredito|receita|uznanie|wpływ|příjem|príjem
    |příchozí|prijem|insättning|inkomst|inn|ind|indtægt|tulo|pano|bevétel|jóváírás|j|приход
    |зачисление|кредит|пополнение|收入|贷|貸|贷方|入金|入|收|入帳|입금|alacak|gelir|gelen|贷 cr|cr 贷"""
)
# What wallets say of a move between one's own accounts; the row does not tell its direction.
_NEITHER = frozenset(("/", "不计收支", "不計收支", "中性交易", "不计", "neutral"))
# Single letters mean something only in pairs: "T" beside "J" is Hungarian, "T" alone is nothing.
_LETTER_PAIRS = ("dc", "dk", "sh", "tj", "oi", "+-", "wd")
_PENDING = _any(
    """
    pending|\\boffen\\b|vorgemerkt|vormerk|en attente|pendiente|in attesa|in behandeling|oczekuj|blokad
    |cek[aá]|reserv|varaus|fuggo|в обработке|ожида|в процессе|hold|authori[sz]ed
    |authori[sz]ation|non comptabil|non contabilizzat|pendente|por contabilizar|待|处理中
    |未確定|速報|대기|bekliyor|provizyon|odottaa|afventer|uncleared|not posted|unposted
    |in progress|processing"""
)
_NOT_CARRIED_OUT = _any(
    """
    declin|fail|revert|cancel|annul|reject|refus|rechaz|geweiger|geannul|zrusen|zamitn|odrzuc
    |anulow|abgelehnt|storniert|fehlgeschlagen|nicht ausgefuhrt|rifiut|recus|отклон|отмен|неусп
    |失败|关闭|已关闭|取消|失敗|avbruten|afvist|avvist|hylatty|elutasit|iptal|reddedil|voided
    |expired|returned unpaid"""
)
_OPENING = _whole(
    """
    opening balance|starting balance|beginning balance
    |balance at (?:the )?(?:start|beginning)(?: of (?:the )?period)?
    |anfangssaldo|solde initial|saldo inicial
    |saldo iniziale|beginsaldo|saldo poczatkowe|pocatecni zustatek|pociatocny zostatok
    |ingaende saldo|inngaende saldo|primo saldo|alkusaldo|nyito egyenleg|sakuma atlikums
    |algsaldo|likutis pradziai|pradinis likutis|входящий остаток|期初余额|acilis bakiyesi"""
)
# What only a statement prints: no other program calls an account's first booking so.
_CARRIED = _whole(
    """
    balance brought forward|brought forward|old balance|previous balance|alter kontostand
    |alter saldo|kontostand alt|saldovortrag|ancien solde|solde precedent|saldo anterior
    |vorig saldo|前月繰越|繰越|devreden bakiye"""
)
# Not "total", "summe" or "saldo" alone: TOTAL is a chain of petrol stations.
_CLOSING = _whole(
    """
    closing balance|ending balance|end balance
    |balance at (?:the )?end(?: of (?:the )?period)?|balance carried forward|carried forward
    |new balance|turnover|grand total|endsaldo|neuer kontostand|neuer saldo|kontostand neu
    |gesamtsumme|solde final|nouveau solde|saldo final|saldo finale|eindsaldo|nieuw saldo
    |saldo koncowe|obroty|konecny zustatek|konecny zostatok|utgaende saldo|ultimo saldo
    |loppusaldo|zaro egyenleg|beigu atlikums|apgrozijums|loppsaldo|lopp saldo|kaive|apyvarta
    |likutis pabaigai|galutinis likutis|исходящий остаток|итого|期末余额|kapanis bakiyesi
    |s a l d o"""
)
# How those begin, with accents: nearly every cell of a large file is told apart by this alone.
_STARTS = """
    ope sta beg bal bro old pre anf alt kon sal sol anc vor poc poč ing inn pri alk nyi sak sāk alg
    lik вхо 期初余 前月繰 繰越 dev aci açı clo end car new tur gra neu ges nou ein nie obr utg ult
    lop lõp zar zár bei apg kai käi apy gal исх ито 期末余 kap
    """
_SUMMARY_STARTS = frozenset(_STARTS.split()) | {"s a"}
# These only where a date should stand: TOTAL is a chain of petrol stations.
_TOTALS = _whole(
    """
    totals?|transactions? totals?|total amount|sub ?total
    |sum|summe|gesamt|totaal|totale|totales|suma|razem|celkem|summa
    |yhteensa|osszesen|toplam|всего|итого|合计|合計|小计|小計|합계|balance|saldo|solde|kontostand"""
)
_CARD_PAYMENT = _any(
    """
    payment.{0,20}thank|thank you|autopay|automatic payment|payment received|payment from
    |online payment|direct debit payment|zahlung.{0,10}dank|einzahlung|paiement recu
    |pago recibido|pagamento recebido|pagamento efetuado|pagamento de fatura|betaling ontvangen"""
)
_YES = frozenset(("true", "yes", "y", "1", "ja", "oui", "si", "tak", "ano", "x"))


@lru_cache(maxsize=5_000)
def flow_of(cell: str) -> int:
    """-1 for a word that says money leaves, 1 for one that says it enters, 0 for any other."""
    if cell.strip() in ("+", "-"):
        return 1 if cell.strip() == "+" else -1
    words = words_of(cell)
    return -1 if words in _OUT else int(words in _IN)


def is_neither(cell: str) -> bool:
    """Whether the flag says that the row is no debit and no credit."""
    return cell in _NEITHER


def are_flags(cells: Iterable[str], *, named: bool) -> bool:
    """Whether the filled cells of a column all say debit or credit.

    `named`: the header says so too, and then one letter of a pair is enough.
    """
    values = Counter(words_of(cell) or cell for cell in cells if cell)
    if named:
        values = Counter({value: n for value, n in values.items() if value not in _NEITHER})
    known = {value for value in values if flow_of(value)}
    # A few cells may hold something else; other things with one "in" among them are no flags.
    if not known or len(values) > 12 or sum(values[v] for v in known) < values.total() * 0.9:
        return False
    letters = {value for value in known if len(value) == 1}
    if letters and len(known) == 2:
        return any(letters <= set(pair) for pair in _LETTER_PAIRS)
    return named or not letters or letters <= {"d", "c"}


@lru_cache(maxsize=5_000)
def is_pending(cell: str, *, named_pending: bool = False) -> bool:
    words = words_of(cell)
    return words in _YES if named_pending else bool(_PENDING.search(words))


@lru_cache(maxsize=5_000)
def is_not_carried_out(cell: str) -> bool:
    return bool(_NOT_CARRIED_OUT.search(words_of(cell)))


def summary_of(cell: str) -> str:
    """ "opening" or "closing" where the whole cell names a balance, else ""."""
    return _summary_of(cell) if cell[:3].lower() in _SUMMARY_STARTS and len(cell) <= 50 else ""


@lru_cache(maxsize=20_000)
def _summary_of(cell: str) -> str:
    words = words_of(cell)
    if _CARRIED.fullmatch(words):
        return "carried"
    if _OPENING.fullmatch(words):
        return "opening"
    return "closing" if _CLOSING.fullmatch(words) else ""


def is_total(cell: str) -> bool:
    """Whether a cell in a column of dates says that its row sums up."""
    return len(cell) <= 50 and _TOTALS.fullmatch(words_of(cell)) is not None


def is_card_payment(text: str) -> bool:
    return bool(_CARD_PAYMENT.search(words_of(text)))
