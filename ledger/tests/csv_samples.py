"""Small exports in the shape of real banks', written by hand: header, a few rows, what they mean.

Each sample: name, file text, and per row (date, amount, payee), in the order of the file.
"""

Row = tuple[str, str, str]
Sample = tuple[str, str, list[Row]]

SAMPLES: list[Sample] = [
    (
        "revolut",
        """Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance
CARD_PAYMENT,Current,2024-03-01 08:10:11,2024-03-02 09:00:00,Tesco,-12.50,0.00,GBP,COMPLETED,87.50
TOPUP,Current,2024-03-14 10:00:00,2024-03-14 10:00:05,Top-Up by *1234,100.00,0.00,GBP,COMPLETED,187.50
EXCHANGE,Current,2024-03-15 10:00:00,2024-03-15 10:00:05,Exchanged to EUR,-50.00,0.50,GBP,COMPLETED,137.00
ATM,Current,2024-03-16 10:00:00,2024-03-17 10:00:05,Cash at Barclays,-20.00,0.40,GBP,COMPLETED,116.60
""",
        [
            ("2024-03-02", "-12.50", "Tesco"),
            ("2024-03-14", "100.00", "Top-Up by *1234"),
            ("2024-03-15", "-50.50", "Exchanged to EUR"),
            ("2024-03-17", "-20.40", "Cash at Barclays"),
        ],
    ),
    (
        "ing germany",
        """Umsatzanzeige;Datei erstellt am: 20.03.2024 10:11

IBAN;DE12 5001 0517 1234 5678 90
Kontoname;Girokonto
Bank;ING
Kunde;Erika Mustermann
Zeitraum;01.03.2024 - 20.03.2024
Saldo;1.234,56;EUR

Sortierung;Datum absteigend

In der CSV-Datei finden Sie alle bereits gebuchten Umsätze.

Buchung;Wertstellungsdatum;Auftraggeber/Empfänger;Buchungstext;Verwendungszweck;Saldo;Währung;Betrag;Währung
20.03.2024;20.03.2024;REWE Markt;Lastschrift;NR 123 Kauf;1.234,56;EUR;-45,67;EUR
01.03.2024;01.03.2024;ACME GmbH;Gehalt/Rente;Lohn März;1.280,23;EUR;1.280,00;EUR
""",
        [("2024-03-20", "-45.67", "REWE Markt"), ("2024-03-01", "1280.00", "ACME GmbH")],
    ),
    (
        "dkb new",
        """"Girokonto";"DE12120300001234567890"
""
"Kontostand vom 20.03.2024:";"1.000,00 €"
""
"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";"IBAN";"Betrag (€)";"Gläubiger-ID";"Mandatsreferenz";"Kundenreferenz"
"19.03.24";"19.03.24";"Gebucht";"Erika Mustermann";"EDEKA";"Einkauf";"Ausgang";"DE99120300001234567899";"-1.012,34";"";"";""
"15.03.24";"15.03.24";"Vorgemerkt";"ACME";"Erika Mustermann";"Gehalt";"Eingang";"DE98120300001234567898";"2.500";"";"";""
""",
        [("2024-03-19", "-1012.34", "EDEKA"), ("2024-03-15", "2500", "ACME")],
    ),
    (
        "comdirect",
        """;
"Umsätze Girokonto";"Zeitraum: 10 Tage";
"Neuer Kontostand";"1.234,56 EUR";

"Buchungstag";"Wertstellung (Valuta)";"Vorgang";"Buchungstext";"Umsatz in EUR";
"15.02.2024";"15.02.2024";"Lastschrift / Belastung";"Empfänger: Netflix Buchungstext: Abo";"-12,99";
"01.02.2024";"01.02.2024";"Übertrag / Überweisung";"Auftraggeber: ACME Buchungstext: Lohn";"2.000,00";

"Alter Kontostand";"-752,45 EUR";
""",
        [
            ("2024-02-15", "-12.99", "Empfänger: Netflix Buchungstext: Abo"),
            ("2024-02-01", "2000.00", "Auftraggeber: ACME Buchungstext: Lohn"),
        ],
    ),
    (
        "volksbank soll haben",
        """Buchungstag;Valuta;Auftraggeber/Zahlungsempfänger;Empfänger/Zahlungspflichtiger;IBAN;BIC;Vorgang/Verwendungszweck;Kundenreferenz;Währung;Umsatz;Soll/Haben
14.01.2024;14.01.2024;Erika;Stadtwerke;DE1;X;Strom;;EUR;80,00;S
02.01.2024;02.01.2024;Erika;Arbeitgeber;DE2;Y;Lohn;;EUR;1.900,00;H
01.01.2024;;;;;;;Anfangssaldo;EUR;1.000,00;H
31.01.2024;;;;;;;Endsaldo;EUR;2.820,00;H
""",
        [("2024-01-14", "-80.00", "Stadtwerke"), ("2024-01-02", "1900.00", "Arbeitgeber")],
    ),
    (
        "boursorama",
        """dateOp;dateVal;label;category;categoryParent;supplierFound;amount;comment;accountNum;accountLabel;accountbalance
2024-01-31;2024-01-31;"CARTE 30/01/24 MONOPRIX";"Alimentation";"Vie quotidienne";monoprix;-23,45;;00012345678;BoursoBank;1500.00
2024-01-15;2024-01-15;"VIR SALAIRE";"Salaires";"Revenus";acme;"1 800,00";;00012345678;BoursoBank;1523.45
""",
        [
            ("2024-01-31", "-23.45", "CARTE 30/01/24 MONOPRIX"),
            ("2024-01-15", "1800.00", "VIR SALAIRE"),
        ],
    ),
    (
        "credit agricole",
        """Téléchargement du 20/03/2024;

Compte de Dépôt n° 12345678901;
Solde au 20/03/2024 1 234,56 €

Date;Libellé;Débit euros;Crédit euros;
18/03/2024;"PAIEMENT PAR CARTE
X1234 CARREFOUR";45,60;;
01/03/2024;VIREMENT EN VOTRE FAVEUR;;1 500,00;
""",
        [
            ("2024-03-18", "-45.60", "PAIEMENT PAR CARTE X1234 CARREFOUR"),
            ("2024-03-01", "1500.00", "VIREMENT EN VOTRE FAVEUR"),
        ],
    ),
    (
        "bbva",
        """F.Valor;Fecha;Concepto;Movimiento;Importe;Divisa;Disponible;Divisa;Observaciones
19/03/2024;18/03/2024;Mercadona;Pago con tarjeta;-23,45;EUR;976,55;EUR;
01/03/2024;01/03/2024;Nómina;Abono;1.000,00;EUR;1.000,00;EUR;Empresa SA
""",
        [("2024-03-18", "-23.45", ""), ("2024-03-01", "1000.00", "")],
    ),
    (
        "intesa",
        """Data contabile;Data valuta;Descrizione;Accrediti;Addebiti;Descrizione estesa
28/02/2024;27/02/2024;Pagamento POS;;-15,30;ESSELUNGA MILANO
10/02/2024;10/02/2024;Bonifico in entrata;1.200,00;;STIPENDIO
""",
        [
            ("2024-02-28", "-15.30", "Pagamento POS"),
            ("2024-02-10", "1200.00", "Bonifico in entrata"),
        ],
    ),
    (
        "ing netherlands",
        """"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Mutatiesoort";"Mededelingen";"Saldo na mutatie";"Tag"
"20240315";"Albert Heijn";"NL20INGB0001234567";"";"BA";"Af";"12,34";"Betaalautomaat";"Pasvolgnr: 001";"987,66";""
"20240301";"Werkgever BV";"NL20INGB0001234567";"NL99RABO0123456789";"OV";"Bij";"1000,00";"Overschrijving";"Salaris";"1000,00";""
""",
        [("2024-03-15", "-12.34", "Albert Heijn"), ("2024-03-01", "1000.00", "Werkgever BV")],
    ),
    (
        "abn without header",
        "123456789\tEUR\t20240301\t1000,00\t987,66\t20240301\t-12,34\tBEA NR:123 Albert Heijn\n"
        "123456789\tEUR\t20240303\t987,66\t1087,66\t20240303\t100,00\tSEPA Overboeking Jan\n"
        "123456789\tEUR\t20240304\t1087,66\t1067,66\t20240304\t-20,00\tBEA NR:124 Hema Utrecht\n",
        [
            ("2024-03-01", "-12.34", "BEA NR:123 Albert Heijn"),
            ("2024-03-03", "100.00", "SEPA Overboeking Jan"),
            ("2024-03-04", "-20.00", "BEA NR:124 Hema Utrecht"),
        ],
    ),
    (
        "mbank",
        """mBank S.A. Bankowość Detaliczna;
Skrytka Pocztowa 2108;

#Klient;
JAN KOWALSKI;

#Za okres:;
01.03.2024;31.03.2024;

#Waluta;#Wpływy;#Wydatki;
PLN;3000,00;-45,10;

#Data operacji;#Data księgowania;#Opis operacji;#Tytuł;#Nadawca/Odbiorca;#Numer konta;#Kwota;#Saldo po operacji;
2024-03-02;2024-03-04;ZAKUP PRZY UŻYCIU KARTY;"ŻABKA /WARSZAWA";"  ";'';-45,10;954,90;
2024-03-10;2024-03-10;PRZELEW PRZYCHODZĄCY;"WYPŁATA";"ACME SP. Z O.O.";'12345';3 000,00;3 954,90;

;;;;;;#Saldo końcowe;3 954,90;
""",
        [("2024-03-04", "-45.10", ""), ("2024-03-10", "3000.00", "ACME SP. Z O.O.")],
    ),
    (
        "fio",
        """ID pohybu;Datum;Objem;Měna;Protiúčet;Název protiúčtu;Kód banky;Název banky;KS;VS;SS;Poznámka;Zpráva pro příjemce;Typ
26000000001;15.03.2024;-123,40;CZK;;;;;;;;Nákup: ALBERT;Nákup: ALBERT;Platba kartou
26000000002;16.03.2024;25000,00;CZK;2000000000;ACME s.r.o.;2010;Fio;;;;Výplata;Mzda;Bezhotovostní příjem
""",
        [("2024-03-15", "-123.40", ""), ("2024-03-16", "25000.00", "ACME s.r.o.")],
    ),
    (
        "seb",
        """Bokföringsdatum;Valutadatum;Verifikationsnummer;Text;Belopp;Saldo
2024-03-20;2024-03-20;5484000001;ICA MAXI /24-03-19;-345,60;12 345,67
2024-03-19;2024-03-19;5484000002;LÖN;25 000,00;12 691,27
""",
        [("2024-03-20", "-345.60", "ICA MAXI /24-03-19"), ("2024-03-19", "25000.00", "LÖN")],
    ),
    (
        "dnb",
        """"Dato";"Forklaring";"Rentedato";"Ut fra konto";"Inn på konto"
"28.02.2024";"Varekjøp REMA 1000";"28.02.2024";"123,45";""
"15.02.2024";"Lønn";"15.02.2024";"";"30.000,00"
""",
        [("2024-02-28", "-123.45", "Varekjøp REMA 1000"), ("2024-02-15", "30000.00", "Lønn")],
    ),
    (
        "op finland",
        """"Kirjauspäivä";"Arvopäivä";"Määrä EUROA";"Laji";"Selitys";"Saaja/Maksaja";"Saajan tilinumero";"Viite";"Viesti";"Arkistointitunnus"
"2024-03-15";"2024-03-15";-12,50;"162";"PKORTTIMAKSU";"K-MARKET";"";"ref=";"Viesti: x";"20240315/593N/0001"
"2024-03-16";"2024-03-16";1500,00;"506";"PALKKA";"TYÖNANTAJA OY";"";"ref=";"";"20240316/593N/0002"
""",
        [("2024-03-15", "-12.50", "K-MARKET"), ("2024-03-16", "1500.00", "TYÖNANTAJA OY")],
    ),
    (
        "tinkoff",
        """"Дата операции";"Дата платежа";"Номер карты";"Статус";"Сумма операции";"Валюта операции";"Сумма платежа";"Валюта платежа";"Кэшбэк";"Категория";"MCC";"Описание";"Бонусы"
"15.03.2024 12:13:14";"16.03.2024";"*1234";"OK";"-345,00";"RUB";"-345,00";"RUB";"3,00";"Супермаркеты";"5411";"Пятёрочка";"3,00"
"01.03.2024 09:00:00";"01.03.2024";"";"OK";"50000,00";"RUB";"50000,00";"RUB";"";"Пополнения";"";"Зарплата";"0,00"
"14.03.2024 12:13:14";"";"*1234";"FAILED";"-99,00";"RUB";"-99,00";"RUB";"";"Супермаркеты";"5411";"Магнит";"0,00"
""",
        [("2024-03-16", "-345.00", "Пятёрочка"), ("2024-03-01", "50000.00", "Зарплата")],
    ),
    (
        "alipay",
        """支付宝交易记录明细查询
账号:[someone@example.com]
起始日期:[2024-03-01 00:00:00]    终止日期:[2024-04-01 00:00:00]
---------------------------------交易记录明细列表------------------------------------
交易号,商家订单号,交易创建时间,付款时间,最近修改时间,交易来源地,类型,交易对方,商品名称,金额（元）,收/支,交易状态,服务费（元）,成功退款（元）,备注,资金状态,
2024031522001,T200P1,2024-03-15 12:13:14,2024-03-15 12:13:15,2024-03-15 12:13:15,其他,即时到账交易,肯德基,午餐,35.50,支出,交易成功,0.00,0.00,,已支出,
2024031622002,T200P2,2024-03-16 12:13:14,2024-03-16 12:13:15,2024-03-16 12:13:15,其他,即时到账交易,张三,转账,100.00,收入,交易成功,0.00,0.00,,已收入,
------------------------------------------------------------------------------------
共2笔记录
""",
        [("2024-03-15", "-35.50", "肯德基"), ("2024-03-16", "100.00", "张三")],
    ),
    (
        "mufg",
        """"日付","摘要","摘要内容","支払い金額","預かり金額","差引残高","メモ"
"2024/3/15","カード","セブンイレブン","1,234","","98,766",""
"2024/3/25","給料","カ)エーシーエムイー","","250,000","348,766",""
""",
        [
            ("2024-03-15", "-1234", "セブンイレブン"),
            ("2024-03-25", "250000", "カ)エーシーエムイー"),
        ],
    ),
    (
        "otp without header",
        '"117730161234567800000000";"T";-4500;"HUF";"20240315";"20240314";95500;"";"SPAR";"";"";"";"VÁSÁRLÁS KÁRTYÁVAL";""\n'
        '"117730161234567800000000";"J";250000;"HUF";"20240316";"20240316";345500;"";"ACME KFT";"";"";"";"ÁTUTALÁS";""\n'
        '"117730161234567800000000";"T";-5500;"HUF";"20240317";"20240317";340000;"";"MOL BENZINKÚT";"";"";"";"VÁSÁRLÁS KÁRTYÁVAL";""\n',
        [("2024-03-15", "-4500", ""), ("2024-03-16", "250000", ""), ("2024-03-17", "-5500", "")],
    ),
    (
        "nubank",
        """Data,Valor,Identificador,Descrição
15/03/2024,-45.90,65f1a1b2-0001-4a4a-8b8b-000000000001,Compra no débito - PADARIA
16/03/2024,1500.00,65f1a1b2-0002-4a4a-8b8b-000000000002,Transferência recebida
""",
        [
            ("2024-03-15", "-45.90", "Compra no débito - PADARIA"),
            ("2024-03-16", "1500.00", "Transferência recebida"),
        ],
    ),
    (
        "bradesco",
        """Extrato de: Ag: 1 | Conta: 2 | Entre 01/03/2024 e 31/03/2024
Data;Histórico;Docto.;Crédito (R$);Débito (R$);Saldo (R$)
01/03/2024;SALDO ANTERIOR;;;;1.000,00
15/03/2024;COMPRA CARTAO PADARIA;123456;;-45,90;954,10
16/03/2024;PIX RECEBIDO MARIA;123457;2.000,00;;2.954,10
""",
        [
            ("2024-03-15", "-45.90", "COMPRA CARTAO PADARIA"),
            ("2024-03-16", "2000.00", "PIX RECEBIDO MARIA"),
        ],
    ),
    (
        "chase checking",
        """Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #
DEBIT,03/15/2024,"TRADER JOE'S #123",-45.67,DEBIT_CARD,954.33,,
CREDIT,03/01/2024,"ACME PAYROLL",1000.00,ACH_CREDIT,1000.00,,
""",
        [("2024-03-15", "-45.67", "TRADER JOE'S #123"), ("2024-03-01", "1000.00", "ACME PAYROLL")],
    ),
    (
        "wells fargo without header",
        '"03/15/2024","-45.67","*","","PURCHASE TRADER JOES"\n'
        '"03/14/2024","1000.00","*","","ACME PAYROLL"\n',
        [
            ("2024-03-15", "-45.67", "PURCHASE TRADER JOES"),
            ("2024-03-14", "1000.00", "ACME PAYROLL"),
        ],
    ),
    (
        "capital one",
        """Transaction Date,Posted Date,Card No.,Description,Category,Debit,Credit
2024-03-14,2024-03-15,1234,STARBUCKS,Dining,5.75,
2024-03-20,2024-03-20,1234,CAPITAL ONE MOBILE PYMT,Payment/Credit,,200.00
""",
        [("2024-03-15", "-5.75", "STARBUCKS"), ("2024-03-20", "200.00", "CAPITAL ONE MOBILE PYMT")],
    ),
    (
        "amex",
        """Date,Description,Card Member,Account #,Amount
03/15/2024,WHOLE FOODS,J SMITH,-11001,82.15
03/14/2024,DELTA AIR LINES,J SMITH,-11001,310.00
03/10/2024,AUTOPAY PAYMENT - THANK YOU,J SMITH,-11001,-500.00
""",
        [
            ("2024-03-15", "-82.15", "WHOLE FOODS"),
            ("2024-03-14", "-310.00", "DELTA AIR LINES"),
            ("2024-03-10", "500.00", "AUTOPAY PAYMENT - THANK YOU"),
        ],
    ),
    (
        "discover",
        """Trans. Date,Post Date,Description,Amount,Category
03/14/2024,03/15/2024,"AMAZON.COM",25.10,"Merchandise"
03/20/2024,03/20/2024,"INTERNET PAYMENT - THANK YOU",-100.00,"Payments and Credits"
03/21/2024,03/22/2024,"SHELL OIL",40.00,"Gasoline"
03/22/2024,03/23/2024,"TARGET",19.99,"Merchandise"
""",
        [
            ("2024-03-15", "-25.10", "AMAZON.COM"),
            ("2024-03-20", "100.00", "INTERNET PAYMENT - THANK YOU"),
            ("2024-03-22", "-40.00", "SHELL OIL"),
            ("2024-03-23", "-19.99", "TARGET"),
        ],
    ),
    (
        "paypal",
        """"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","From Email Address","Transaction ID","Balance"
"15/03/2024","10:11:12","CET","Spotify AB","PreApproved Payment","Completed","EUR","-9,99","0,00","-9,99","me@example.com","1AB23456CD789012E","90,01"
"14/03/2024","10:11:12","CET","Max","Mobile Payment","Completed","EUR","103,00","-3,00","100,00","max@example.com","2AB23456CD789012E","100,00"
""",
        [("2024-03-15", "-9.99", "Spotify AB"), ("2024-03-14", "100.00", "Max")],
    ),
    (
        "ubs",
        """Kontonummer:;0234 00123456.40;
IBAN:;CH93 0023 4234 1234 5640 A;
Von:;2024-03-01;
Bis:;2024-03-31;
Anfangssaldo:;1000.00;
Schlusssaldo:;2049.50;
Bewertet in:;CHF;
Anzahl Transaktionen in diesem Zeitraum:;2;

Abschlussdatum;Abschlusszeit;Buchungsdatum;Valutadatum;Währung;Belastung;Gutschrift;Einzelbetrag;Saldo;Transaktions-Nr.;Beschreibung1;Beschreibung2;Beschreibung3;Fussnoten;
2024-03-20;10:11:12;2024-03-21;2024-03-21;CHF;-150.50;;;2049.50;1234567AB0000001;"Coop";"Karte";;;
2024-03-05;;2024-03-05;2024-03-05;CHF;;1'200.00;;2200.00;1234567AB0000002;"Arbeitgeber";"Lohn";;;
""",
        [("2024-03-21", "-150.50", "Coop"), ("2024-03-05", "1200.00", "Arbeitgeber")],
    ),
    (
        "hdfc",
        """Date,Narration,Value Dat,Debit Amount,Credit Amount,Chq/Ref Number,Closing Balance
15/03/24,UPI-SWIGGY,15/03/24,345.00,0.00,0000407512345678,9655.00
16/03/24,SALARY ACME,16/03/24,0.00,"1,00,000.00",0000407512345679,"1,09,655.00"
""",
        [("2024-03-15", "-345.00", "UPI-SWIGGY"), ("2024-03-16", "100000.00", "SALARY ACME")],
    ),
    (
        "mint",
        """"Date","Description","Original Description","Amount","Transaction Type","Category","Account Name","Labels","Notes"
"3/15/2024","Safeway","SAFEWAY #123","45.67","debit","Groceries","Checking","",""
"3/14/2024","Paycheck","ACME PAYROLL","1000.00","credit","Income","Checking","","March"
"3/13/2024","Shell","SHELL OIL","40.00","debit","Gas","Visa","",""
""",
        [("2024-03-15", "-45.67", ""), ("2024-03-14", "1000.00", ""), ("2024-03-13", "-40.00", "")],
    ),
    (
        "ynab",
        """"Account","Flag","Date","Payee","Category Group/Category","Category Group","Category","Memo","Outflow","Inflow","Cleared"
"Checking","","15/03/2024","Tesco","Food: Groceries","Food","Groceries","",£12.50,£0.00,"Cleared"
"Savings","","16/03/2024","Interest","Inflow: Ready to Assign","Inflow","Ready to Assign","",£0.00,£1.25,"Uncleared"
""",
        [("2024-03-15", "-12.50", "Tesco"), ("2024-03-16", "1.25", "Interest")],
    ),
    (
        "lloyds",
        """Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit Amount,Credit Amount,Balance
15/03/2024,DEB,'30-00-00,12345678,TESCO STORES,12.50,,987.50
01/03/2024,FPI,'30-00-00,12345678,SALARY,,1000.00,1000.00
""",
        [("2024-03-15", "-12.50", "TESCO STORES"), ("2024-03-01", "1000.00", "SALARY")],
    ),
    (
        "danske",
        """"Dato";"Kategori";"Underkategori";"Tekst";"Beløb";"Saldo";"Status";"Afstemt"
"15.03.2024";"Dagligvarer";"Supermarked";"Netto";"-123,45";"9.876,55";"Udført";"Nej"
"18.03.2024";"Indtægt";"Løn";"Løn";"20.000,00";"29.876,55";"Udført";"Nej"
"19.03.2024";"Dagligvarer";"Supermarked";"Føtex";"-76,55";"29.800,00";"Venter";"Nej"
""",
        [
            ("2024-03-15", "-123.45", "Netto"),
            ("2024-03-18", "20000.00", "Løn"),
            ("2024-03-19", "-76.55", "Føtex"),
        ],
    ),
]
