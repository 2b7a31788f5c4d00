"""What headers call the columns of a statement, in the languages of the banks we have met.

Words are folded (lower case, no accents, words apart). A header matches a phrase wholly, by
its beginning, or by containing it; languages that glue words together ("Buchungsbetrag") also
match inside a word. Which column really plays a role is then decided by its cells (csv_layout).
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from ledger.statements.csv_dates import fold

EXACT, START, WORDS, INSIDE = 1000, 800, 600, 400
GLUE_MIN = 5  # Letters: shorter phrases occur inside unrelated words by chance.

_ROLES: dict[str, str] = {
    "posted_on": """
        booking date|bookingdate|posting date|post date|posted date|posted on|posted
        |date posted|date processed|processed date|process date|settlement date|settled date
        |completed date|date completed|book date|booked|booked on|booking|entry date
        |accounting date|buchungstag|buchungsdatum|buchung|datum buchung|gebucht am
        |verbuchungsdatum|boekdatum|boekingsdatum|datum boeking|datum verrekening
        |verwerkingsdatum|date comptable|date de comptabilisation|date comptabilisation
        |date ecriture|date d ecriture|date d enregistrement|comptabilise le|fecha contable
        |fecha de contabilizacion|fecha asiento|fecha apunte|data contabile|data registrazione
        |data di registrazione|data contabilizzazione|data lancamento|data do lancamento
        |data de lancamento|data mov|data movimento|data do movimento|data contabilistica
        |data ksiegowania|data zaksiegowania|data rozliczenia|datum zauctovani|zauctovano
        |datum zuctovania|datum uctovania|datum uctovani|bokforingsdatum|bokforingsdag|bokfort
        |bokford|bokfdag|bokforingsdato|bogforingsdato|bogfort|bogfort dato|bokfort dato
        |kirjauspaiva|kirjauspaivamaara|kirjattu|konyveles datuma|konyvelesi nap
        |konyveles napja|konyvelve|дата проводки|дата обработки|дата списания|дата платежа
        |дата проведения|记账日期|入账日期|记账日|入账日|過帳日期|記帳日期|記帳日|取扱日
        |取引計上日|기장일|islem valoru|muhasebe tarihi|data ksieg|data contabilizarii
        |data inregistrarii|datum knjizenja|datum knjizbe""",
    "date": """
        date|date utc|datum|fecha|data|dato|paivamaara|paiva|pvm|dag|kelt|datum a|tarih|tarihi
        |дата|日期|日付|年月日|날짜|거래일|거래일자|거래일시|ngay|tanggal|tarikh|hmerominia
        |ημερομηνια|data operatiune|day|kuupaev|datums|datetime|date time|timestamp|dt
        |дата и время""",
    "transaction_date": """
        transaction date|trans date|txn date|tran date|transactiondate|operation date
        |purchase date|date of transaction|date of purchase|execution date|effective date
        |created|created on|created at|created date|date created|started date|start date
        |authorised on|authorized date|initiated|payment date|belegdatum|transaktionsdatum
        |kaufdatum|abschlussdatum|umsatzdatum|ausfuhrungsdatum|auftragsdatum
        |datum der transaktion|transactiedatum|uitvoeringsdatum|datum verrichting
        |datum transactie|verrichtingsdatum|date operation|date de l operation
        |date d operation|date de transaction|date transaction|date d achat|date achat|dateop
        |fecha operacion|fecha de operacion|f operacion|fecha de la operacion
        |fecha de transaccion|fecha transaccion|fecha movimiento|fecha de compra
        |fecha ejecucion|data operazione|data transazione|data esecuzione|data acquisto
        |data della transazione|data da operacao|data operacao|data transacao
        |data da transacao|data da compra|data operacji|data transakcji|data zlecenia
        |data wykonania|datum provedeni|datum transakce|datum operace|datum transakcie
        |datum pohybu|datum platby|transdag|transaktionsdag|kopdatum|inkopsdatum
        |reskontradatum|transaktionsdato|kjopsdato|handelsdato|kobsdato|transaksjonsdato
        |utfort dato|maksupaiva|tapahtumapaiva|ostopaiva|suorituspaiva|tranzakcio datuma
        |tranzakcio idopontja|tranzakcio napja|vasarlas datuma|teljesites datuma|дата операции
        |дата транзакции|дата совершения операции|время операции|交易日期|交易时间|交易日
        |交易時間|取引日|利用日|ご利用日|お取引日|消费日期|거래시간|islem tarihi
        |data tranzactiei|datum transakcije|datum izvrsenja""",
    "value_date": """
        value date|valuedate|val date|interest date|valuta|valutadatum|valutadag|valutadato
        |valuta datum|datum valuty|datum valuta|wertstellung|wertstellungstag
        |wertstellungsdatum|wert|rentedatum|valutering|date valeur|date de valeur|valeur
        |fecha valor|f valor|fecha de valor|valor|data valuta|data valor|data waluty
        |renteberegningsdato|rentedato|arvopaiva|ertek nap|erteknap|ertekdatum
        |дата валютирования|起息日|valor tarihi|data valutei""",
    "amount": """
        amount|transaction amount|net amount|amount net|total amount|billing amount
        |billed amount|amt|value|sum|net|gross|amount in account currency|paid amount
        |payment amount|betrag|umsatz|buchungsbetrag|umsatzbetrag|summe|betrag in eur
        |nettobetrag|abrechnungsbetrag|bedrag|transactiebedrag|montant|montant net
        |montant de l operation|somme|importe|monto|cantidad|importo|ammontare|valor|montante
        |quantia|valor r|valor em|kwota w walucie rachunku|kwota|kwota operacji
        |kwota transakcji|wartosc|castka|objem|suma|zauctovana castka|castka v mene uctu
        |belopp|belob|belop|beloep|summa|maara|osszeg|tranzakcio osszege|konyvelt osszeg
        |сумма платежа|сумма в валюте счета|сумма|сумма операции|金额|交易金额|金額|発生金額
        |利用金額|お支払金額|取引金額|ご利用金額|금액|거래금액|tutar|islem tutari|miktar|iznos
        |znesek|suma tranzactiei|jumlah|so tien|ποσο|入出金|入出金額|jumlah transaksi
        |netto|neto|brutto|bruto|brut|lordo""",
    "debit": """
        debit|debits|debit amount|amount debit|withdrawal|withdrawals|withdrawal amount
        |withdrawal amt|withdrawn|money out|paid out|payments out|out|outflow|spent|charge
        |charges|debited|payment|payments|expense|expenses|dr|dr amount|debit amt|soll
        |belastung|belastungen|lastschrift|ausgang|ausgaben|ausgabe|abgang|belastung in chf
        |debet|af|uit|uitgaven|afschrijving|debit eur|depense|depenses|retrait|retraits
        |sorties|cargo|cargos|debe|gasto|gastos|retiro|retiros|salida|egreso|egresos|debito
        |debitos|dare|addebito|addebiti|uscite|uscita|importo addebito|saida|saidas|despesa
        |despesas|obciazenie|obciazenia|wydatki|kwota obciazenia|wyplata|wyplaty|vydaj|vydej
        |vydaje|odchozi|na vrub|uttag|ut|ut fra konto|ud|udgift|haevet|utgifter|inn pa|otto
        |otot|menot|terheles|kiadas|kimeno|расход|списание|дебет|списано|支払い金額
        |お支払い金額|引き出し|お引き出し|引出|お引出し金額|引出し|ご出金額|支出|借方|支出金额
        |支出金額|转出|借方金额|出金|出金額|お引出し|支払金額|引出金額|출금|출금액|borc|cikan
        |gider|izlaz|isplata""",
    "credit": """
        credit|credits|credit amount|amount credit|deposit|deposits|deposit amount|deposit amt
        |deposited|money in|paid in|payments in|in|inflow|received|credited|income|receipts|cr
        |cr amount|credit amt|haben|gutschrift|gutschriften|eingang|einnahmen|einnahme|zugang
        |bij|ontvangsten|bijschrijving|credit eur|recette|recettes|versement|versements
        |entrees|depot|depots|abono|abonos|haber|ingreso|ingresos|deposito|depositos|entrada
        |entradas|credito|creditos|avere|accredito|accrediti|entrate|importo accredito|receita
        |receitas|uznanie|uznania|wplata|wplaty|wplywy|kwota uznania|prijem|prijmy|prichozi
        |ve prospech|insattning|insattningar|insatt|inn|inn til konto|ind|indtaegt|indsat
        |inntekter|pano|panot|tulot|jovairas|bevetel|bejovo|приход|зачисление|кредит
        |поступление|зачислено|預かり金額|お預かり金額|預り金額|預け入れ|お預け入れ|預入れ
        |お預入れ額|ご入金額|收入|贷方|收入金额|收入金額|转入|贷方金额|入金|入金額|お預入れ
        |預入金額|お預り金額|입금|입금액|alacak|giren|gelir|ulaz|uplata""",
    "sign": """
        debit credit|credit debit|dr cr|cr dr|d c|c d|d k|k d|dc|cd|db cr|debit or credit
        |debit credit indicator|credit debit indicator|transaction type|type|direction
        |dc indicator|indicator|sign|debit kredit|soll haben|s h|soll haben kennzeichen
        |kennzeichen|creditdebet|credit debet|debet credit|af bij|bij af|sens|sentido|tipo
        |tipo movimiento|segno|dare avere|d h|debe haber|natureza|rodzaj|typ|typ operacji
        |typ transakcji|strana|smer platby|smer|debet kredit|kredit debet|deebet kreedit
        |tyyppi|bevetel kiadas|irany|terheles jovairas|t j|тип|тип операции|收支|收 支|借贷
        |借贷标志|收支类型|借贷方向|入出金|入払区分|区分|입출금구분|구분|borc alacak|b a
        |type of transaction|entry type|debets kredits|debetas kreditas
        |debit kredit kennzeichen""",
    "currency": """
        currency|currency code|ccy|iso currency code|account currency|transaction currency
        |curr|wahrung|waehrung|buchungswahrung|kontowahrung|wahr|munt|valuta|valutacode
        |valuta rekening|muntsoort|devise|monnaie|moneda|divisa|moeda|waluta rachunku|waluta
        |waluta operacji|mena|mena uctu|valuutta|deviza|devizanem|penznem
        |tranzakcio devizaneme|валюта платежа|валюта счета|валюта|币种|货币|通貨|幣別|통화
        |doviz|para birimi|doviz cinsi|valiuta|valuta transakcije|kod waluty""",
    "running_balance": """
        balance|running balance|account balance|available balance|current balance
        |closing balance|balance after|balance after transaction|new balance|ledger balance
        |book balance|bal|saldo|kontostand|guthaben|saldo nach buchung|neuer saldo|saldo na trn
        |saldo na mutatie|saldo na boeking|saldo na transactie|solde|solde apres operation
        |saldo disponible|saldo contable|saldo final|saldo contabile|saldo disponibile
        |saldo apos|saldo contabilistico|saldo po operacji|saldo po transakcji|saldo po
        |zustatek|zostatok|zustatek po|konecny zustatek|bokfort saldo|saldo efter|ny saldo
        |tilgaengelig saldo|disponibelt|jaljella|tilin saldo|egyenleg|konyvelt egyenleg
        |zaro egyenleg|остаток|баланс|остаток на счете|исходящий остаток|余额|余額|账户余额
        |残高|差引残高|お取引後残高|結餘|잔액|거래후잔액|bakiye|kalan|stanje|sold|solduri""",
    "payee": """
        payee|payee name|name of counterparty|counterparty name|merchant name|naam tegenpartij
        |empfanger zahlungspflichtiger|beguenstigter zahlungspflichtiger
        |begunstigter zahlungspflichtiger|merchant|counterparty|counter party|name|beneficiary
        |beneficiary name|recipient|recipient name|partner|partner name|payer payee|to from
        |vendor|store|shop|sender recipient|contact|other party|counteraccount name
        |target name|debtor creditor name|paid to|empfanger|empfaenger|auftraggeber empfanger
        |beguenstigter|begunstigter|name zahlungsbeteiligter|zahlungsempfanger
        |zahlungsempfangerin|zahlungsempfanger in|zahlungsbeteiligter|gegenpartei
        |gegenkonto name|kontoinhaber gegenkonto|handler|auftraggeber zahlungsempfanger
        |empfanger auftraggeber|sender empfanger|partnername|name des partners
        |gegenkonto inhaber|naam|tegenpartij|naam van de tegenpartij
        |tegenpartij van de verrichting|tegenrekeninghouder|begunstigde|naam begunstigde
        |ontvanger|handelaar|naam tegenrekening|tegenpartij naam|beneficiaire|tiers
        |contrepartie|nom contrepartie|nom de la contrepartie|nom|commercant|destinataire
        |nom du tiers|marchand|beneficiario|beneficiario ordenante|comercio|establecimiento
        |destinatario|controparte|ordinante beneficiario|beneficiario ordinante|esercente|nome
        |estabelecimento|favorecido|destinatario origem|nadawca odbiorca|odbiorca nadawca
        |odbiorca|kontrahent|dane kontrahenta|nazwa kontrahenta|nazwa odbiorcy
        |nazwa odbiorcy nadawcy|odbiorca zleceniodawca|nazev protiuctu|protistrana
        |nazev obchodnika|obchodnik|nazev prijemce|prijemce|nazov protiuctu|partner nazov
        |nazov partnera|nazev protistrany|jmeno protistrany|nazov|mottagare
        |avsandare mottagare|namn|motpart|modtager|modtager navn|navn|mottaker|butik
        |brukersted|mottakers navn|modpart|saaja|saaja maksaja|saajan nimi|nimi
        |saaja tai maksaja|kedvezmenyezett|partner neve|ellenoldali nev|ellenoldal neve
        |partner megnevezese|получатель|контрагент|наименование получателя|корреспондент
        |наименование контрагента|交易对方|对方户名|对方名称|商户|商户名称|对方账户名|對方戶名
        |支払先|利用店名|ご利用店名|お店|ご利用先|利用先|相手先|取引先|거래처|받는분|보낸분
        |alici|alici adi|karsi taraf|isyeri|uye isyeri|primalac|primatelj|ordonator|saaja nimi
        |to|sanemejs maksatajs|gavejas moketojas""",
    "payer": """
        payer|payer name|debtor|debtor name|sender|sender name|from|zahlungspflichtige
        |zahlungspflichtiger|zahlungspflichtige r|name zahlungspflichtiger|auftraggeber
        |auftraggeber name|name auftraggeber|avsandare|afsender|avsender|nadawca|nazwa nadawcy
        |dane nadawcy|donneur d ordre|emetteur|ordenante|emisor|ordinante|отправитель
        |плательщик|наименование плательщика|maksaja|maksajan nimi|gonderen|gonderen adi
        |odesilatel|odosielatel|opdrachtgever|pagador|remetente|付款方|付款人""",
    "statement_text": """
        description|transaction description|details|transaction details|narrative|narration
        |particulars|text|booking text|statement text|bank description|original description
        |remarks|transaction|transaction remarks|desc|descr|item|activity|concept|buchungstext
        |beschreibung|beschreibung1|buchungsdetails|umsatztext|buchungsinformation
        |transaktionsbeschreibung|vorgang verwendungszweck|buchungsinfo|details zur buchung
        |omschrijving|omschrijving 1|beschrijving|naam omschrijving|mededelingen|libelle
        |libelle operation|libelle de l operation|description de l operation|intitule
        |nature de l operation|libelle complet|libelle simplifie|concepto|descripcion
        |movimiento|detalle|descripcion ampliada|concepto ampliado|descrizione
        |descrizione operazione|operazione|causale descrizione|dettagli|descrizione estesa
        |descricao|historico|lancamento|descritivo|descricao do lancamento|movimento|opis
        |opis operacji|opis transakcji|szczegoly|szczegoly transakcji|popis|popis transakce
        |popis operace|detail transakce|popis transakcie|beskrivning|transaktion
        |transaktionstext|rubrik|specifikation|referens|tekst|beskrivelse|forklaring
        |transaksjon|posteringstekst|selite|tapahtuma|kuvaus|leiras|megnevezes|jogcim
        |tranzakcio leirasa|описание|описание операции|детали|детали операции|содержание
        |наименование операции|摘要内容|取引内容|お取引内容|摘要|说明|交易摘要|商品说明|商品
        |交易描述|内容|お取り扱い内容|ご利用内容|適要|적요|내용|거래내용|aciklama
        |islem aciklamasi|islem|opis transakcije|descriere|detalii|mo ta|περιγραφη|vorgang
        |label|摘要2""",
    "memo": """
        memo|note|notes|comment|comments|message|purpose|payment reference text
        |purpose of payment|additional info|additional information|remark|subject
        |message for payee|payment details|message for me|remittance information|client note
        |payment description|own note|personal note|verwendungszweck|zahlungszweck
        |verwendungszweckzeile 1|notiz|notizen|beschreibung2|beschreibung3|bemerkung
        |zahlungsgrund|transaktionsbeschreibung zusatz|betreff|mitteilung|mitteilungen
        |weitere informationen|kommentar|mededeling|vrije mededeling|omschrijving 2
        |omschrijving 3|toelichting|opmerking|gestructureerde mededeling|betalingskenmerk
        |notitie|communication|motif|commentaire|informations complementaires|reference texte
        |detail|informacion adicional|observaciones|nota|notas|comentario|mensaje|concepto 2
        |note descrittive|causale|causale pagamento|annotazioni|messaggio|observacao
        |observacoes|mensagem|comentarios|informacao adicional|tytul|tytul operacji|tytulem
        |tytul przelewu|tytul platnosci|komentarz|dodatkowe informacje|zprava
        |zprava pro prijemce|zprava pro me|poznamka|ucel platby|klientska poznamka
        |sprava pre prijemcu|informacia pre prijemcu|ucel|popis pro prijemce|poznamka pro me
        |meddelande|anteckning|meddelelse|besked|melding|egen notering|besked til modtager
        |viesti|viite viesti|lisatiedot|notat|kozlemeny|megjegyzes|kozlemeny 1|комментарий
        |назначение|назначение платежа|сообщение|примечание|备注|附言|用途|留言|備註|メモ|備考
        |摘要2|메모|비고|not|notlar|odeme aciklamasi|svrha|mesaj|informacija sanemejam
        |mokejimo paskirtis""",
    "category": """
        category|categories|category name|personal finance category primary|label
        |merchant category|kategorie|hauptkategorie|rubriek|categorie|rubrique|categoria
        |kategoria|kategori|kategoria transakcji|kategorie transakce|luokka|kategoria wydatku
        |категория|分类|交易分类|类别|分類|カテゴリ|カテゴリー|費目|대분류|카테고리|kategorija""",
    "account": """
        account|account name|account number|account no|account id|own account|source account
        |account iban|bank account|iban account|auftragskonto|konto|kontobezeichnung|kontoname
        |eigenes konto|iban auftragskonto|auftraggeberkonto|iban auftraggeberkonto
        |kontonummer auftragskonto|rekening|rekeningnummer|iban bban|eigen rekening
        |rekening nummer|rekeningnaam|compte|numero de compte|nom du compte|libelle du compte
        |cuenta|numero de cuenta|nombre de cuenta|conto|numero conto|nome conto|conta
        |numero da conta|nome da conta|rachunek|numer rachunku|nazwa rachunku|nr rachunku|ucet
        |cislo uctu|nazev uctu|vlastni ucet|kontonr|kontonamn|kontonummer|kontonavn|tili
        |tilinumero|tilin nimi|szamlaszam|szamla neve|konyvelesi szamla|счет|номер счета
        |название счета|账户|账号|账户名称|口座|口座名|口座番号|계좌|계좌번호|hesap|hesap adi
        |hesap no|iban""",
    "external_id": """
        id|transaction id|transactionid|trans id|txn id|reference|reference number|ref|ref no
        |ref number|fitid|record id|transaction reference|transaction reference number
        |bank reference|reference id|transaction number|unique id|uuid|entry id|operation id
        |payment id|external id|trace number|buchungsreferenz|referenz|referenznummer
        |transaktions nr|transaktionsnummer|transaktions id|umsatz id|buchungs id|volgnr
        |volgnummer|transactiereferentie|transactienummer|transactie id|referentie
        |reference operation|numero d operation|referencia|numero de operacion|id operacion
        |numero operazione|riferimento|id transazione|codice transazione|id transacao
        |numero do documento|identificador|numer transakcji|id transakcji|numer referencyjny
        |id transakce|id operace|id pohybu|cislo transakce|referencni cislo transakce
        |id transakcie|arkivreferens|referensnr|arkivreferanse|arkivref|arkistointitunnus
        |arkistotunnus|megbizas azonosito|tranzakcio azonosito|azonosito|номер операции
        |идентификатор|номер документа|id операции|код операции|交易号|交易单号|流水号
        |交易流水号|订单号|取引番号|照会番号|お問い合わせ番号|거래번호|islem no|referans
        |dekont no|fis no|import id""",
    "tags": """
        tags|tag|labels|schlagworte|schlagworter|stichworte|etiquettes|etiquetas|etiquette
        |etichette|etykiety|stitky|taggar|tunnisteet|cimkek|теги|метки|标签|タグ|etiketler""",
    "status": """
        pending|status|state|transaction status|booking status|cleared|buchungsstatus|info
        |umsatzstatus|statut|etat|estado|stato|situacao|stan|stav|stav transakce|stav platby
        |tilstand|tila|statusz|allapot|статус|состояние|交易状态|状态|当前状态|状態|상태|durum""",
    "fee": """
        fee|fees|transaction fee|commission|gebuhr|gebuehr|gebuhren|entgelt|kosten|frais
        |commissions|comision|commissione|commissioni|taxa|comissao|prowizja|oplata|poplatek
        |avgift|gebyr|palkkio|dij|комиссия|手续费|手数料|수수료|masraf|komisyon""",
}
# A column of another currency, another account or another thing than its words suggest.
_FOREIGN = """
    original|originalbetrag|originalwahrung|foreign|fremdwahrung|local amount|local currency
    |local|oorspr|oorspronkelijk|origine|d origine|en devise|original currency|puvodni|orig
    |source amount|target amount|einzelbetrag|exchange|kurs|wechselkurs|umrechnungskurs|koers
    |taux|tipo de cambio|cambio|кurs|курс|rate|waluta oryginalna|oryginal|instructed
    |unofficial|ursprung|ursprungligt|valutabelopp|valutakurs|fremd|cost|tax|vat|mwst|cashback
    |kreditlimit|в валюте операции|外币|海外|現地|汇率|doviz tutari|devises|divisa original
    |points|quantity|steuer|tva|iva|btw|moms"""
_OTHER_PARTY = """
    tegenrekening|tegenpartij|counterparty|counter|gegenkonto|contrepartie|protiuctu|protiucet
    |kontrahenta|odbiorcy|nadawcy|partner|beneficiary|begunstigter|empfanger|beneficiario
    |payee|recipient|destination|dest|target|gegen|zahlungspflichtiger|zahlungsempfanger
    |destinatario|motkonto|modkonto|saajan|vastatili|对方|對方|相手|ellenoldali|получателя
    |корреспондента|karsi|owner|details|type|holder|to account|tegen|bic|blz|bank code
    |protistrany|mottagare|mottaker|modtager|partnera|partner iban|beneficiaire|tiers
    |ordenante|controparte"""
_NOT_TEXT = """
    type|typ|tipo|art|date|datum|data|fecha|id|code|number|amount|currency|time|status|channel
    |method|nr|no|category|kategorie|logo|url|website|count|num|created|umsatzart|soort
    |transaktionstyp|tyyppi"""
_NOT_WORDS = {
    "amount": _FOREIGN,
    "currency": _FOREIGN,
    "running_balance": "opening|initial|pocatecni|anfangs|beginning|繰越",
    "account": _OTHER_PARTY,
    "external_id": "merchant|account|category|mandate|machtiging|creditor|customer|batch|user",
    "payee": "member|cardholder|account|number|iban|konto|szamlaszam|rekening|id|adres|address|on card|bic",
    "payer": "account|number|iban|konto|szamlaszam|rekening|id|adres|address|date|bic",
    "date": "time of|cvv",
    "category": "id|code|confidence",
    "debit": "card|account|karte|入出金|收支",
    "credit": "card|account|karte|limit|creditor|入出金|收支",
    "status": "account",
    "memo": _NOT_TEXT,
    "statement_text": _NOT_TEXT,
}


@lru_cache(maxsize=5_000)
def words_of(header: str) -> str:
    """A header as folded words: "TransactionAmount (EUR)" is "transaction amount eur"."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header[:120])
    return " ".join(re.findall(r"\w+", fold(apart).replace("_", " ")))


def _phrases(text: str) -> tuple[str, ...]:
    return tuple({words_of(phrase): None for phrase in text.split("|") if phrase.strip()})


_PHRASES = {role: _phrases(text) for role, text in _ROLES.items()}
_REFUSED = {role: _phrases(text) for role, text in _NOT_WORDS.items()}
_ALL_PHRASES = frozenset(phrase for phrases in _PHRASES.values() for phrase in phrases)


@lru_cache(maxsize=20_000)
def role_scores(header: str) -> dict[str, int]:
    """How well the header names each role, from INSIDE up."""
    words = words_of(header)
    scores = {}
    if words:
        for role, phrases in _PHRASES.items():
            score = max(_match(words, phrase, place) for place, phrase in enumerate(phrases))
            if score and score < EXACT and any(_match(words, no) for no in _REFUSED.get(role, ())):
                score = 0
            if score:
                scores[role] = score
    return scores


def _match(words: str, phrase: str, place: int = 0) -> int:
    """`place`: the lists are by preference, "net" goes before "gross"."""
    if words == phrase:
        return EXACT + max(500 - place, 0)
    if phrase not in words:
        return 0
    length = 10 * min(len(phrase), 19)
    if words.startswith(f"{phrase} "):
        return START + length
    if f" {phrase} " in f" {words} ":
        return WORDS + length
    glued = len(phrase) >= GLUE_MIN or (len(phrase) > 1 and "\u3040" <= phrase[0] <= "\ud7a3")
    return INSIDE + length if glued else 0


def known_words(cells: Sequence[str]) -> int:
    """How many cells of a record look like headers, for finding the header line. Cheap."""
    return sum(_is_known(cell) for cell in cells)


@lru_cache(maxsize=20_000)
def _is_known(cell: str) -> bool:
    if not cell or len(cell) > 60 or sum(map(str.isdigit, cell)) > 2:
        return False
    words = words_of(cell)
    return words in _ALL_PHRASES or any(word in _ALL_PHRASES for word in words.split())
