"""Statement text to payee: real-looking lines of many banks, then properties on any text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.payee_text import NAME_MAX, TEXT_MAX, WORDS_MAX, clean, key, words

LINES = [
    # German and Austrian
    ("REWE SAGT DANKE. 12345//KOELN/DE", "REWE"),
    ("KARTENZAHLUNG REWE MARKT GMBH 0123 BERLIN 12.03.2026 18:22", "Rewe Markt"),
    ("POS          23,55 AT  K1   16.09. 11:32 SPAR DANKT 4105 KORNEUBURG 2100", "SPAR"),
    ("LIDL DANKT   0391  K2   16.09. 17:10", "LIDL"),
    ("POS     8,94 AT  K2   18.09. 16:48 Hornbach Baumarkt GmbH Gerasdorf 2201", "Hornbach Baumarkt"),
    ("EDEKA SCHMIDT//HAMBURG/DE 2026-03-12T18:22:10 KFN 1 VJ 2612", "Edeka Schmidt"),
    ("Lastschrift Stadtwerke München GmbH EREF+12345 MREF+M-1 CRED+DE98ZZZ09999999999", "Stadtwerke München"),
    ("SEPA-BASISLASTSCHRIFT Telekom Deutschland GmbH SVWZ+Festnetz", "Telekom Deutschland"),
    ("Überweisung an Hausverwaltung Meier IBAN: DE89370400440532013000", "Hausverwaltung Meier"),
    ("DAUERAUFTRAG Erika Mustermann", "Erika Mustermann"),
    ("GIROCARD ALDI SUED 12.03. 09:15 UHR", "Aldi Sued"),
    ("DM-DROGERIE MARKT//MUENCHEN/DE", "DM-Drogerie Markt"),
    ("Gutschrift ACME AG", "ACME"),
    ("H&M 0123 HAMBURG", "H&M"),
    ("DB Vertrieb GmbH", "DB Vertrieb"),
    ("Kaufland", "Kaufland"),
    ("VISA Debitkarte 1234 BIPA DANKT 0815", "BIPA"),
    # Payment services
    ("PAYPAL *SPOTIFY 35314369001 LU", "Spotify"),
    ("PayPal *SteamGames", "SteamGames"),
    ("SumUp *Bäckerei Huber", "Bäckerei Huber"),
    ("SQ *BLUE BOTTLE COFFEE", "Blue Bottle Coffee"),
    ("TST* THE BLUE PLATE", "The Blue Plate"),
    ("Zettle_*Kaffe Nord", "Kaffe Nord"),
    ("GOOGLE *YouTube Premium g.co/helppay# CA", "YouTube Premium"),
    ("POS Purchase Zapper1*Pronto Ital  * 18 Aug", "Pronto Ital"),
    ("POS Purchase Yoco *Sally Musta  * 25 Aug", "Sally Musta"),
    ("KLARNA *ZALANDO", "Zalando"),
    ("ADOBE  *ADOBE", "Adobe"),
    # English: Britain, Ireland, South Africa, Australia
    ("POS Purchase Woolworths  * 12 Oct", "Woolworths"),
    ("POS PURCHASE (EFFEC 12/10) WOOLWORTHS CARD NO. 1234", "Woolworths"),
    ("POS Purchase 17.99 Apple.Com/Bil  * 06 Nov", "Apple"),
    ("Recurring Card Purchase: Netflix.com (Card 1234)", "Netflix"),
    ("Eft Debit Order Payment (): Cartrack", "Cartrack"),
    ("Magtape Debit MTN Sp", "MTN Sp"),
    ("Debicheck Payment (): Capfin (008577288C0002)", "Capfin"),
    ("Debit Order Fee", "Debit Order Fee"),
    ("SMS Notification Fee", "SMS Notification Fee"),
    ("DELIVEROO.CO.UK        LONDON        LND", "Deliveroo"),
    ("NOWTV.COM/BILLINGHELP    SKY          GBR", "Nowtv"),
    ("ROYAL LONDON INSURANCE        01222 61234  GBR", "Royal London Insurance"),
    ("DIRECT DEBIT PAYMENT TO BRITISH GAS REF 851234567", "British Gas"),
    ("CARD PAYMENT TO TESCO STORES 2345 ON 12-03-2026", "Tesco Stores"),
    ("CONTACTLESS PRET A MANGER LONDON GB", "Pret A Manger"),
    ("VISA PURCHASE COLES 0456 SYDNEY AU", "Coles"),
    ("EFTPOS BUNNINGS 12/03 14:22", "Bunnings"),
    ("STANDING ORDER TO JANE DOE", "Jane Doe"),
    # English: United States and Canada
    ("PURCHASE AUTHORIZED ON 03/12 STARBUCKS STORE 01234 SEATTLE WA S306071234567890 CARD 1234", "Starbucks"),
    ("CHECKCARD 0312 WHOLEFDS NYC 10236 NEW YORK NY 24055236072400123456789", "Wholefds"),
    ("COSTCO WHSE #01234", "Costco Whse"),
    ("AMZN Mktp US*2K3AB4CD0 Amzn.com/bill WA", "AMZN Mktp"),
    ("DEBIT CARD PURCHASE XXXXX1234 TRADER JOES #552 CHICAGO IL", "Trader Joes"),
    ("GITHUB  INC.", "Github"),
    ("CLOUDFLARE 650-3198939, US 8.03 USD, 1 USD = 0.88169 EUR", "Cloudflare"),
    ("INTERAC PURCHASE TIM HORTONS #0123 TORONTO ON", "Tim Hortons"),
    ("ACH DEBIT COMCAST 8773456789", "Comcast"),
    ("CVS/PHARMACY #01234 BOSTON MA", "CVS/Pharmacy"),
    ("7-ELEVEN 12345", "7-Eleven"),
    ("Motel 6", "Motel 6"),
    ("KFC", "KFC"),
    # French
    ("PAIEMENT CB 1203 CARREFOUR CITY PARIS 75", "Carrefour City"),
    ("CARTE 12/03/26 MONOPRIX 1234 CB*1234", "Monoprix"),
    ("PRLV SEPA EDF CLIENTS PARTICULIERS ECH/120326", "EDF Clients Particuliers"),
    ("VIR SEPA MARIE DUPONT", "Marie Dupont"),
    ("FACTURE CARTE DU 12/03/26 BOULANGERIE PAUL CARTE 4970XXXXXXXX1234", "Boulangerie Paul"),
    ("Prélèvement de Free Mobile", "Free Mobile"),
    # Spanish and Portuguese
    ("COMPRA TARJETA 1234XXXXXXXX5678 MERCADONA MADRID", "Mercadona"),
    ("PAGO CON TARJETA EN FARMACIA LA PAZ", "Farmacia la Paz"),
    ("RECIBO IBERDROLA CLIENTES S.A.U", "Iberdrola Clientes"),
    ("BIZUM A FAVOR DE LUCIA PEREZ", "Lucia Perez"),
    ("COMPRA CARTAO PINGO DOCE LISBOA", "Pingo Doce"),
    # Italian
    ("Pagamento POS 12/03 ESSELUNGA SPA MILANO", "Esselunga"),
    ("ADDEBITO SDD ENEL ENERGIA SPA", "Enel Energia"),
    ("BONIFICO A FAVORE DI MARIO ROSSI", "Mario Rossi"),
    # Dutch
    ("BEA, Betaalpas ALBERT HEIJN 1234,PAS123 NR:AB12CD 12.03.26/14:25 AMSTERDAM", "Albert Heijn"),
    ("/TRTP/SEPA OVERBOEKING/IBAN/NL47BUNQ2025181418/BIC/BUNQNL2A/NAME/J. JANSEN/REMI/Huur", "J. Jansen"),
    ("Incasso VATTENFALL KLANTENSERVICE N.V.", "Vattenfall Klantenservice"),
    # Nordic
    ("KORTKÖP 2026-03-12 ICA SUPERMARKET STOCKHOLM", "ICA Supermarket"),
    ("Visa Vare 1234 12.03 NOK 123,00 REMA 1000 OSLO Kurs: 1.0000", "Rema 1000"),
    ("DANKORT-KØB NETTO 1234 KØBENHAVN", "Netto"),
    ("KORTTIOSTO K-MARKET KAMPPI HELSINKI", "K-Market Kamppi"),
    # Slavic and others
    ("ZAKUP PRZY UŻYCIU KARTY BIEDRONKA 1234 WARSZAWA PL", "Biedronka"),
    ("PŁATNOŚĆ KARTĄ ŻABKA POLSKA SP. Z O.O. 12.03.2026", "Żabka"),
    ("PLATBA KARTOU ALBERT CESKA REPUBLIKA, PRAHA", "Albert Ceska Republika"),
    ("оплата ПЯТЁРОЧКА 1234 МОСКВА", "Пятёрочка"),
    ("イオン 東京", "イオン 東京"),
    ("रेस्टोरेंट दिल्ली 12345", "रेस्टोरेंट दिल्ली"),
    ("ร้านอาหาร 4711", "ร้านอาหาร"),
    ("CITY OF SEATTLE", "City of Seattle"),
    ("Rewe", "Rewe"),
    ("12345", "12345"),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "payee"), LINES)
def test_a_line_names_its_payee(text, payee):
    assert clean(text) == payee


def test_there_are_enough_lines():
    assert len(LINES) >= 80


@pytest.mark.parametrize(("text", "_"), LINES)
def test_cleaning_what_is_clean_changes_nothing(text, _):
    assert clean(clean(text)) == clean(text)
    assert key(clean(text)) == key(text)


@pytest.mark.parametrize(
    "texts",
    [
        ("REWE SAGT DANKE. 12345//KOELN/DE", "Rewe", "PAYPAL *REWE 4029357733"),
        ("POS Purchase Woolworths  * 12 Oct", "WOOLWORTHS  * 01 NOV", "Woolworths"),
        ("NETFLIX.COM 866-579-7172", "Netflix", "www.netflix.com"),
        ("Bäckerei Huber", "BACKEREI HUBER GMBH"),
    ],
)
def test_lines_of_one_payee_share_a_key(texts):
    assert len({key(text) for text in texts}) == 1


def test_different_payees_have_different_keys():
    assert len({key(payee) for _, payee in LINES}) >= len(LINES) - 12


def test_words_keep_what_the_bank_says_and_drop_numbers():
    assert words("ATM Cash Withdrawal Fee 12345 XX1234567") == ["atm", "cash", "withdrawal", "fee"]
    assert words("Café CAFÉ café") == ["cafe"]


ANY = st.text(max_size=200) | st.lists(
    st.sampled_from(
        [text for text, _ in LINES]
        + ["*", "//", "GmbH", "DE", "12.03.2026", "(Card", "POS", "  ", "BERLIN", "1 USD =", "/NAME/"]
        + ["é", "ß", "İ", "e\u0301", "\u0301", "\x00", "\u200b"]
    ),
    max_size=6,
).map(" ".join)  # fmt: skip


@given(ANY)
@settings(max_examples=400, deadline=None)
def test_a_clean_name_is_bounded_stable_and_never_lost(text):
    name = clean(text)
    assert len(name) <= NAME_MAX
    assert clean(name) == name
    assert key(name) == key(text)
    if any(c.isalpha() for c in text[:NAME_MAX]):
        assert any(c.isalpha() for c in name)
    assert len(words(text)) <= WORDS_MAX


@pytest.mark.parametrize(
    "unit", ["a*", "1 ", "DE ", "(", "X*1234 ", "GmbH ", "a  ", "\t1.", "POS ", "ÄÖ/"]
)
def test_only_the_beginning_of_a_long_text_counts(unit):
    """What a bank's longest line costs is the most that any text costs."""
    long = unit * (5_000_000 // len(unit))
    assert clean(long) == clean(long[:TEXT_MAX])
    assert key(long) == key(long[:TEXT_MAX])
