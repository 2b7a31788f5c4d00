"""Words that banks wrap around a payee, by language: what `payee_text` takes off. Pure data.

Whole phrases, case-folded, without accents; they count only at the start of a line (PREFIXES) or
at its end (LEGAL_FORMS, PLACES), so that "Visa Office" or "Café Paris" in the middle stay.
"""

PREFIXES = """
pos purchase|pos debit|pos refund|pos withdrawal|pos|eftpos|card purchase|card payment to|
card payment|recurring card purchase|recurring card payment|international card purchase|
online purchase|overseas purchase|fuel purchase|contactless payment|contactless|
debit card purchase|debit card payment|debit card|credit card purchase|credit card payment|
visa debit purchase|visa debit|visa purchase|visa credit|visa|mastercard debit|mastercard|maestro|
checkcard purchase|checkcard|check card purchase|check card|purchase authorized on|
recurring payment authorized on|purchase with pin|purchase return|purchase|
direct debit payment to|direct debit to|direct debit|standing order to|standing order|
bill payment to|bill payment|bill pay|faster payments payment|faster payment to|faster payment|
bank giro credit|ach debit|ach credit|ach payment|ach|electronic withdrawal|electronic payment|
preauthorized debit|pre-authorized payment|interac purchase|interac|e-transfer to|e-transfer|
zelle payment to|zelle payment from|payment thank you to|internet payment to|internet pmt to|
app payment to|fnb app payment to|rtc express pmt to|payment to|payment from|
payment received from|eft debit order payment|eft debit order|eft payment to|debit order|
debicheck payment|debicheck internal d/o|internal debit order|magtape debit|magtape credit|
digital payment dt|ddr|d/d|bgc|fpi|fpo|bacs|refund|kartenzahlung|kartenumsatz|
kartenverfuegung|kartenverfugung|kartentransaktion|karten-zahlung|girocard|ec-kartenzahlung|
ec-cash|ec kartenzahlung|elv|electronic cash|debitkartenzahlung|debitkarte|kreditkarte|
lastschrift einzug|lastschrifteinzug|sepa-basislastschrift|basislastschrift|sepa-lastschrift|
sepa lastschrift|sepa-elv-lastschrift|lastschrift|folgelastschrift|erstlastschrift|
sepa-uberweisung|sepa-ueberweisung|online-uberweisung|online-ueberweisung|onlineueberweisung|
echtzeituberweisung|uberweisung an|uberweisung|ueberweisung|sepa-gutschrift|gutschrift|
dauerauftrag|einkauf|zahlung an|bezahlung|bankomat|paiement par carte|paiement carte|paiement cb|
paiement psc|paiement|achat cb|achat carte|achat|facture carte du|facture carte|carte|cb|prelevement sepa|
prelevement europeen|prelevement de|prelevement|prlv sepa|prlv europeen|prlv|
virement sepa recu de|virement sepa|virement instantane|virement de|virement en faveur de|
virement|vir sepa|vir inst|vir|avoir carte|compra tarjeta|compra con tarjeta|compra en|
compra internet en|compra|pago con tarjeta en|pago tarjeta|pago en|pago movil en|pago a|recibo de|
recibo|adeudo recibo|adeudo sepa|adeudo|transferencia a favor de|
transferencia inmediata a favor de|transferencia de|transferencia a|transferencia recibida de|
bizum a favor de|bizum de|bizum a|cargo por|compra cartao|compra no debito|compra com cartao|
pagamento efetuado|compras c deb|compra deb|pix enviado|pix recebido|pix|debito automatico|
pagamento pos|pagamento carta|pagamento tramite pos|pagobancomat|pag pos|addebito sdd|
addebito sepa|addebito|bonifico a favore di|bonifico da|bonifico|acquisto presso|acquisto|
bea betaalpas|gea betaalpas|betaalpas|betaalautomaat|contactloze betaling|incasso algemeen doorlopend|incasso|
sepa incasso|sepa overboeking|overboeking|ideal betaling|betaling aan|betaling|
overschrijving naar|overschrijving van|bancontact aankoop|bancontact|aankoop|kortkop|kortkjop|
kortbetaling|varekop|varekjop|visa vare|visa kop|visa/dankort|dankort-kob|dankort-nota|
dankort|visa kob|autogiro|bg betalning|betalning|swish betalning till|swish till|swish fran|
swish|vipps|mobilepay|korttiosto|osto|maksu|tilisiirto|verkkomaksu|avtalegiro|nettgiro til|
overforsel til|platnosc karta|platnosc blik|zakup przy uzyciu karty|zakup|transakcja karta|blik|
przelew do|przelew|przelew wychodzacy|polecenie zaplaty|platba kartou|nakup|inkaso|uhrada|platba|
vasarlas|kartyas fizetes|plata pos|plata card|cumparare|kart odemesi|alisveris|oplata|pokupka|
оплата|покупка|оплата товаров и услуг|перевод|
"""

# Payment services that stand before the real shop: "PAYPAL *SPOTIFY", "SumUp *Bäckerei Huber".
SERVICES = """
paypal|pp|pypl|sumup|sq|square|sqc|izettle|zettle|iz|ik|ikhokha|yoco|zapper|dashpay|snapscan|
payfast|tst|toast|clover|stripe|klarna|google|goog|apple pay|gpay|alipay|wechat|mollie|adyen|
worldline|payu|przelewy24|p24|dotpay|nets|nexi|sp|shopify|wix|bkg|bookingcom|fs|dri|2co|2checkout|
paddle|paddle net|paddlenet|eb|ezi|pay|pos|ccv|lsp|mercadopago|mp|mercpago|pagseguro|pag|payl8r|
afterpay|clearpay|zip|dd|wpy|ls|ckg|fsp|pt|cke|py|tm|in|act|razorpay|paytm|ccavenue|gocardless|
sepay|stancer|lydia|satispay|twint|vivawallet|myfatoorah|tap|xendit|
"""

LEGAL_FORMS = """
gmbh co kg|gmbh & co kg|ag & co kg|gmbh & co ohg|gmbh|mbh|ggmbh|ag|kg|kgaa|ohg|gbr|ek|e k|ev|e v|
ug|se & co kg|se|eg|pty ltd|pty|ltd|limited|llc|llp|lp|inc|incorporated|corp|corporation|plc|cc|
pvt ltd|pte ltd|pte|bhd|sdn bhd|sa|s a|s a u|sas|sarl|sasu|eurl|snc|sl|s l|slu|sau|sa de cv|ltda|eireli|
srl|s r l|srls|spa|s p a|bv|b v|nv|n v|vof|bvba|cv|ab|a b|as|a s|asa|aps|oy|oyj|ky|hf|ehf|
sp z o o|sp zoo|spolka z o o|s ka|sro|s r o|spol s r o|kft|bt|zrt|nyrt|ooo|oao|zao|ооо|оао|зао|ао|
ип|doo|d o o|dd|ead|eood|ood|
"""

COUNTRIES = """
ad ae at au be bg br ca ch cl cn co cy cz de dk ee es fi fr gb gr hk hr hu ie il in is it jp kr
li lt lu lv mt mx my nl no nz pl pt ro rs ru se sg si sk th tr ua uk us usa za deu aut che fra
esp ita nld bel lux pol cze gbr irl prt swe nor dnk fin hun grc can aus nzl zaf gtza lnd germany
deutschland oesterreich schweiz suisse france espana italia nederland belgique belgie polska
sverige norge danmark suomi uk
"""  # codes count only in shouting or after a separator: "Café de Paris" keeps its "de"

STATES = """
al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny
nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc on qc bc ab mb sk ns nb nl pe nsw vic
qld act tas
"""

PLACES = """
berlin|hamburg|munchen|muenchen|munich|koln|koeln|cologne|frankfurt|frankfurt am main|stuttgart|
dusseldorf|duesseldorf|leipzig|dresden|hannover|nurnberg|nuernberg|bremen|essen|dortmund|bonn|
wien|vienna|graz|linz|salzburg|innsbruck|korneuburg|zurich|zuerich|geneve|geneva|basel|bern|
lausanne|paris|lyon|marseille|toulouse|nice|nantes|strasbourg|bordeaux|lille|madrid|barcelona|
valencia|sevilla|malaga|bilbao|lisboa|lisbon|porto|roma|rome|milano|milan|torino|napoli|bologna|
firenze|amsterdam|rotterdam|den haag|utrecht|eindhoven|bruxelles|brussel|brussels|antwerpen|gent|
luxembourg|london|manchester|birmingham|leeds|glasgow|edinburgh|liverpool|bristol|dublin|cork|
stockholm|goteborg|malmo|oslo|bergen|trondheim|kobenhavn|copenhagen|aarhus|helsinki|espoo|tampere|
warszawa|warsaw|krakow|wroclaw|poznan|gdansk|praha|prague|brno|budapest|bucuresti|sofia|zagreb|
ljubljana|bratislava|athens|istanbul|ankara|moscow|moskva|москва|санкт-петербург|new york|nyc|
brooklyn|los angeles|san francisco|san jose|san diego|seattle|chicago|boston|houston|dallas|
austin|denver|phoenix|portland|atlanta|miami|philadelphia|washington|las vegas|mountain view|
menlo park|cupertino|los gatos|toronto|montreal|vancouver|calgary|ottawa|sydney|melbourne|
brisbane|perth|adelaide|canberra|auckland|wellington|johannesburg|cape town|durban|pretoria|
sandton|singapore|hong kong|tokyo|sao paulo|rio de janeiro|mexico city|buenos aires|santiago|
bogota|dubai|tel aviv|
"""

# Small words that a headline writes small, unless they come first.
SMALL_WORDS = """
of and the de la le les du des da do dos das del di e et y en und der die das dem von van het op in
zum zur am im na i w ve og och for
"""
# Short words that are words: in a name of several they are not set like initials.
SHORT_WORDS = """
spa bar cafe shop store auto taxi gym inn pub pizza rent city bank food foods book gas oil tea ice
art air sun mr mrs dr st el los las san sta my new old big red blue all one two our club park mart
home life post bus
"""


def phrases(text: str) -> list[str]:
    """The phrases of a table above, longest first, so that "pos purchase" goes before "pos"."""
    found = {" ".join(part.split()) for part in text.replace("\n", "").split("|")}
    return sorted(found - {""}, key=lambda phrase: (-len(phrase), phrase))
