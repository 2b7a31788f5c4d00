"""More small exports in the shape of real banks', as in csv_samples, from other corners."""

from ledger.tests.csv_samples import Sample

MORE_SAMPLES: list[Sample] = [
    (
        "sparkasse camt",
        """"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Glaeubiger ID";"Mandatsreferenz";"Kundenreferenz (End-to-End)";"Sammlerreferenz";"Lastschrift Ursprungsbetrag";"Auslagenersatz Ruecklastschrift";"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";"BIC (SWIFT-Code)";"Betrag";"Waehrung";"Info"
"DE1";"15.03.24";"15.03.24";"KARTENZAHLUNG";"2024-03-14T11:22 Debitk.0";"";"";"6123";"";"";"";"EDEKA";"DE11";"X";"-12,34";"EUR";"Umsatz gebucht"
"DE1";"16.03.24";"16.03.24";"GUTSCHR";"LOHN";"";"";"6124";"";"";"";"ACME";"DE22";"X";"2000,00";"EUR";"Umsatz vorgemerkt"
""",
        [("2024-03-15", "-12.34", "EDEKA"), ("2024-03-16", "2000.00", "ACME")],
    ),
    (
        "postbank",
        """Umsätze;Girokonto
Konto;IBAN
1;DE1

Buchungstag;Wert;Umsatzart;Begünstigter / Auftraggeber;Verwendungszweck;IBAN / Kontonummer;BIC;Kundenreferenz;Mandatsreferenz;Gläubiger ID;Fremde Gebühren;Betrag;Abweichender Empfänger;Anzahl der Aufträge;Anzahl der Schecks;Soll;Haben;Währung
15.3.2024;15.3.2024;SEPA Lastschrift;Netflix;Abo;DE2;B;;M;G;;-12,99;;;;-12,99;;EUR
1.3.2024;1.3.2024;SEPA Überweisung;ACME;Lohn;DE3;B;;;;;2.000,00;;;;;2.000,00;EUR
""",
        [("2024-03-15", "-12.99", "Netflix"), ("2024-03-01", "2000.00", "ACME")],
    ),
    (
        "fineco",
        """Data_Operazione;Data_Valuta;Entrate;Uscite;Descrizione;Descrizione_Completa;Stato
15/03/2024;15/03/2024;;-12,50;PagoBancomat;ESSELUNGA;Contabilizzato
13/03/2024;13/03/2024;1.500,00;;Stipendio;ACME;Contabilizzato
""",
        [("2024-03-15", "-12.50", ""), ("2024-03-13", "1500.00", "")],
    ),
    (
        "santander es",
        """Fecha Operación;Fecha Valor;Concepto;Importe;Divisa;Saldo;Divisa
15/03/2024;15/03/2024;Compra Mercadona;-12,50;EUR;987,50;EUR
01/03/2024;01/03/2024;Nomina;1.000,00;EUR;1.000,00;EUR
""",
        [("2024-03-15", "-12.50", "Compra Mercadona"), ("2024-03-01", "1000.00", "Nomina")],
    ),
    (
        "cgd pt",
        """Consultar saldos e movimentos à ordem - 20-03-2024
Conta ;0123456789 - EUR - Conta
Data mov. ;Data valor ;Descrição ;Débito ;Crédito ;Saldo contabilístico ;Saldo disponível ;Categoria ;
15-03-2024;15-03-2024;COMPRA CONTINENTE;12,50;;987,50;987,50;Compras ;
01-03-2024;01-03-2024;VENCIMENTO;;1.000,00;1.000,00;1.000,00;Ordenado;
 ; ; ; ;Saldo contabilístico ;987,50 EUR ; ; ;
""",
        [("2024-03-15", "-12.50", "COMPRA CONTINENTE"), ("2024-03-01", "1000.00", "VENCIMENTO")],
    ),
    (
        "pko",
        """"Data operacji","Data waluty","Typ transakcji","Kwota","Waluta","Saldo po transakcji","Opis transakcji","","","",""
"2024-03-15","2024-03-14","Płatność kartą","-12.34","PLN","+987.66","Tytuł: 123","Lokalizacja: BIEDRONKA","Data: 2024-03-14","",""
"2024-03-10","2024-03-10","Przelew","+1000.00","PLN","+1000.00","Nadawca: ACME","Tytuł: PENSJA","","",""
""",
        [("2024-03-15", "-12.34", ""), ("2024-03-10", "1000.00", "")],
    ),
    (
        "ing pl",
        """"Lista transakcji";
"Data transakcji";"Data księgowania";"Dane kontrahenta";"Tytuł";"Nr rachunku";"Nazwa banku";"Szczegóły";"Nr transakcji";"Kwota transakcji (waluta rachunku)";"Waluta";"Kwota blokady/zwolnienie blokady";"Waluta";"Kwota płatności w walucie";"Waluta";"Konto";"Saldo po transakcji";"Waluta";
2024-03-14;2024-03-15;" BIEDRONKA ";" Płatność kartą ";'' ;"";"TR.KART";'202407512345';-12,34;PLN;;;;;KONTO Direct;987,66;PLN;
2024-03-10;2024-03-10;" ACME ";" Pensja ";'1' ;"ING";"PRZELEW";'202407012345';1000,00;PLN;;;;;KONTO Direct;1000,00;PLN;
""",
        [("2024-03-15", "-12.34", "BIEDRONKA"), ("2024-03-10", "1000.00", "ACME")],
    ),
    (
        "kb cz",
        """"Datum splatnosti";"Datum odepsani z jine banky";"Protiucet/Kod banky";"Nazev protiuctu";"Castka";"Originalni castka";"Originalni mena";"Kurz";"VS";"KS";"SS";"Identifikace transakce";"Systemovy popis";"Popis prikazce";"Popis pro prijemce";"AV pole 1"
"15.03.2024";"";"";"";"-123,40";"";"";"";"0";"0";"0";"000-15032024 1602 0001";"Nákup na internetu";"ALZA";"";""
"16.03.2024";"";"1/0100";"ACME";"+20000,00";"";"";"";"0";"0";"0";"000-16032024 1602 0002";"Úhrada";"";"Mzda";""
""",
        [("2024-03-15", "-123.40", ""), ("2024-03-16", "20000.00", "ACME")],
    ),
    (
        "nordea fi",
        """Kirjauspäivä;Määrä;Maksaja;Maksunsaaja;Nimi;Otsikko;Viitenumero;Valuutta
2024/03/15;-12,34;FI1;;;K-Market;;EUR
2024/03/14;1500,00;;FI1;TYÖNANTAJA;TYÖNANTAJA;123;EUR
""",
        [("2024-03-15", "-12.34", ""), ("2024-03-14", "1500.00", "")],
    ),
    (
        "nordea se",
        """Bokföringsdag;Belopp;Avsändare;Mottagare;Namn;Rubrik;Saldo;Valuta
2024-03-15;-123,40;1234;;;ICA;876,60;SEK
2024-03-14;1000,00;;1234;;LÖN;1000,00;SEK
""",
        [("2024-03-15", "-123.40", "ICA"), ("2024-03-14", "1000.00", "LÖN")],
    ),
    (
        "k&h tab",
        """könyvelés dátuma\ttranzakció azonosító\ttípus\tkönyvelési számla\tkönyvelési számla elnevezése\tpartner számla\tpartner elnevezése\tösszeg\tösszeg devizaneme\tközlemény
2024.03.15\t1\tKártyás vásárlás\t1\tX\t\tSPAR\t-4 500,00\tHUF\tk
2024.03.16\t2\tÁtutalás\t1\tX\t2\tACME\t250 000,00\tHUF\tbér
""",
        [("2024-03-15", "-4500.00", "SPAR"), ("2024-03-16", "250000.00", "ACME")],
    ),
    (
        "wechat",
        """微信支付账单明细,,,,,,,,
微信昵称：[x],,,,,,,,
----------------------微信支付账单明细列表--------------------,,,,,,,,
交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注
2024-03-15 12:13:14,商户消费,星巴克,"咖啡",支出,¥35.00,零钱,支付成功,"1000001\t","M1\t","/"
2024-03-16 09:00:00,微信红包,张三,"/",收入,¥100.00,/,已存入零钱,"1000002\t","M2\t","/"
""",
        [("2024-03-15", "-35.00", "星巴克"), ("2024-03-16", "100.00", "张三")],
    ),
    (
        "cmb",
        """# 招商银行交易记录
# 账号: [6225****1234]
交易日期,交易时间,收入,支出,余额,交易类型,交易备注
20240315,121314,,35.50,964.50,快捷支付,支付宝-肯德基
20240316,090000,100.00,,1064.50,转账,张三
""",
        [("2024-03-15", "-35.50", ""), ("2024-03-16", "100.00", "")],
    ),
    (
        "rakuten bank",
        """取引日,入出金(円),取引後残高(円),入出金内容
20240315,-1234,98766,ＶＩＳＡデビット
20240325,250000,348766,給与　エーシーエムイー
""",
        [("2024-03-15", "-1234", ""), ("2024-03-25", "250000", "")],
    ),
    (
        "rakuten card",
        """"利用日","利用店名・商品名","利用者","支払方法","利用金額","支払手数料","支払総額","4月支払金額","5月繰越残高","新規サイン"
"2024/03/15","セブンイレブン","本人","1回払い","540","0","540","540","0","*"
"2024/03/16","アマゾン","本人","1回払い","3200","0","3200","3200","0","*"
""",
        [("2024-03-15", "-540", "セブンイレブン"), ("2024-03-16", "-3200", "アマゾン")],
    ),
    (
        "cba au headerless",
        """15/03/2024,"-45.67","WOOLWORTHS 1234 SYDNEY","+954.33"
14/03/2024,"+1000.00","Salary ACME","+1000.00"
""",
        [
            ("2024-03-15", "-45.67", "WOOLWORTHS 1234 SYDNEY"),
            ("2024-03-14", "1000.00", "Salary ACME"),
        ],
    ),
    (
        "asb nz",
        """Created date / time : 20 March 2024 / 10:11:12
Bank 12; Branch 3456; Account 0123456-50 (Streamline)
From date 20240301
To date 20240320
Avail Bal : 954.33 as of 20240320
Ledger Balance : 954.33 as of 20240320
Date,Unique Id,Tran Type,Cheque Number,Payee,Memo,Amount

2024/03/15,2024031501,EFTPOS,,"COUNTDOWN","",-45.67
2024/03/14,2024031401,D/C,,"ACME","SALARY",1000.00
""",
        [("2024-03-15", "-45.67", "COUNTDOWN"), ("2024-03-14", "1000.00", "ACME")],
    ),
    (
        "td ca headerless",
        """03/15/2024,TIM HORTONS,5.67,,994.33
03/14/2024,PAYROLL ACME,,1000.00,1000.00
""",
        [("2024-03-15", "-5.67", "TIM HORTONS"), ("2024-03-14", "1000.00", "PAYROLL ACME")],
    ),
    (
        "rbc",
        """"Account Type","Account Number","Transaction Date","Cheque Number","Description 1","Description 2","CAD$","USD$"
Chequing,00001-1234567,3/15/2024,,"LOBLAWS","TORONTO",-45.67,,
Chequing,00001-1234567,3/14/2024,,"PAYROLL","ACME",1000.00,,
""",
        [("2024-03-15", "-45.67", ""), ("2024-03-14", "1000.00", "")],
    ),
    (
        "itau",
        """data;lançamento;ag./origem;valor (R$);saldos (R$)
15/03/2024;PADARIA;;-45,90;
15/03/2024;SALDO DO DIA;;;954,10
16/03/2024;SALARIO;;2.000,00;
""",
        [("2024-03-15", "-45.90", "PADARIA"), ("2024-03-16", "2000.00", "SALARIO")],
    ),
    (
        "banco do brasil",
        """"Data","Dependencia Origem","Histórico","Data do Balancete","Número do documento","Valor",
"29/02/2024","","Saldo Anterior","","0","1000.00",
"15/03/2024","1234-5","Compra com Cartão","","123456","-45.90",
"16/03/2024","","Pix Recebido","","123457","200.00",
"31/03/2024","","S A L D O","","0","1154.10",
""",
        [("2024-03-15", "-45.90", "Compra com Cartão"), ("2024-03-16", "200.00", "Pix Recebido")],
    ),
    (
        "bofa",
        """Description,,Summary Amt.
Beginning balance as of 03/01/2024,,"1,000.00"
Total credits,,"500.00"
Total debits,,"-45.67"
Ending balance as of 03/20/2024,,"1,454.33"

Date,Description,Amount,Running Bal.
03/01/2024,Beginning balance as of 03/01/2024,,"1,000.00"
03/14/2024,"ACME PAYROLL","500.00","1,500.00"
03/15/2024,"TRADER JOES","-45.67","1,454.33"
""",
        [("2024-03-14", "500.00", "ACME PAYROLL"), ("2024-03-15", "-45.67", "TRADER JOES")],
    ),
    (
        "venmo",
        """Account Statement - (@me) ,,,,,,,,,,,,,,,,
Account Activity,,,,,,,,,,,,,,,,
,ID,Datetime,Type,Status,Note,From,To,Amount (total),Amount (tip),Amount (tax),Amount (fee),Tax Rate,Tax Exempt,Funding Source,Destination,Beginning Balance,Ending Balance
,,,,,,,,,,,,,,,,$10.00,
,3901234567890123456,2024-03-15T10:11:12,Payment,Complete,Pizza,Me,Bob,- $12.50,,0,,0,,Venmo balance,,,
,3901234567890123457,2024-03-16T10:11:12,Payment,Complete,Rent,Alice,Me,"+ $1,200.00",,0,,0,,,Venmo balance,,
,,,,,,,,,,,,,,,,,"$1,197.50"
""",
        [("2024-03-15", "-12.50", ""), ("2024-03-16", "1200.00", "")],
    ),
    (
        "fnb za",
        """2,1234567,'Mr',X
3,'FNB Account','Cheque'
Account:,62000000000,[Cheque]
Balance:,954.33,954.33

Date,Amount,Balance,Description
2024/03/15,-45.67,954.33,POS PURCHASE CHECKERS
2024/03/14,1000.00,1000.00,SALARY
""",
        [("2024-03-15", "-45.67", "POS PURCHASE CHECKERS"), ("2024-03-14", "1000.00", "SALARY")],
    ),
    (
        "sbi tab",
        """Account Name\t: Mr X
Account Number\t: _000000123
Start Date\t: 1 Mar 2024

Txn Date\tValue Date\tDescription\tRef No./Cheque No.\t        Debit\tCredit\tBalance
15 Mar 2024\t15 Mar 2024\tTO TRANSFER-UPI/SWIGGY\tTRANSFER TO 1\t345.00\t \t9,655.00
16 Mar 2024\t16 Mar 2024\tBY TRANSFER-SALARY\tTRANSFER FROM 2\t \t1,00,000.00\t1,09,655.00
""",
        [
            ("2024-03-15", "-345.00", "TO TRANSFER-UPI/SWIGGY"),
            ("2024-03-16", "100000.00", "BY TRANSFER-SALARY"),
        ],
    ),
    (
        "icici",
        """S No.,Value Date,Transaction Date,Cheque Number,Transaction Remarks,Withdrawal Amount (INR ),Deposit Amount (INR ),Balance (INR )
1,15/03/2024,15/03/2024,-,UPI/SWIGGY,345.0,0.0,9655.0
2,16/03/2024,16/03/2024,-,SALARY,0.0,1000.0,10655.0
""",
        [("2024-03-15", "-345.0", "UPI/SWIGGY"), ("2024-03-16", "1000.0", "SALARY")],
    ),
    (
        "dbs",
        """Account Details For:,DBS Savings 123
Statement as at:,20 Mar 2024

Transaction Date,Reference,Debit Amount,Credit Amount,Transaction Ref1,Transaction Ref2,Transaction Ref3

15 Mar 2024,POS, 12.50, ,NTUC FAIRPRICE,SGP,
14 Mar 2024,SAL, ,3000.00,ACME,SALARY,
""",
        [("2024-03-15", "-12.50", ""), ("2024-03-14", "3000.00", "")],
    ),
    (
        "schwab",
        """"Date","Status","Type","CheckNumber","Description","Withdrawal","Deposit","RunningBalance"
"03/15/2024","Posted","VISA","","TRADER JOES","$45.67","","$954.33"
"03/14/2024","Posted","ACH","","ACME PAYROLL","","$1,000.00","$1,000.00"
""",
        [("2024-03-15", "-45.67", "TRADER JOES"), ("2024-03-14", "1000.00", "ACME PAYROLL")],
    ),
    (
        "wise",
        """"TransferWise ID",Date,Amount,Currency,Description,"Payment Reference","Running Balance","Exchange From","Exchange To","Exchange Rate","Payer Name","Payee Name","Payee Account Number",Merchant,"Card Last Four Digits","Card Holder Full Name",Attachment,Note,"Total fees"
CARD-123,15-03-2024,-12.50,EUR,"Card transaction of 12.50 EUR issued by Lidl",,987.50,,,,,,,Lidl,1234,Me,,,0.00
TRANSFER-124,14-03-2024,1000.00,EUR,"Received money from ACME","salary",1000.00,,,,ACME,,,,,,,,0.00
""",
        [("2024-03-15", "-12.50", ""), ("2024-03-14", "1000.00", "")],
    ),
    (
        "ally",
        """Date, Time, Amount, Type, Description
2024-03-15,10:11:12,-45.67,Withdrawal,TRADER JOES
2024-03-14,10:11:12,1000.00,Deposit,ACME
""",
        [("2024-03-15", "-45.67", "TRADER JOES"), ("2024-03-14", "1000.00", "ACME")],
    ),
    (
        "ziraat",
        """Tarih;Fiş No;Açıklama;İşlem Tutarı;Bakiye
15.03.2024;123456;MARKET;-245,90;1.754,10
16.03.2024;123457;MAAŞ;2.000,00;3.754,10
""",
        [("2024-03-15", "-245.90", "MARKET"), ("2024-03-16", "2000.00", "MAAŞ")],
    ),
    (
        "bnp fortis",
        """Volgnummer;Uitvoeringsdatum;Valutadatum;Bedrag;Valuta rekening;Rekeningnummer;Type verrichting;Tegenpartij;Naam van de tegenpartij;Mededeling;Details;Status;Reden van weigering
2024-00012;15/03/2024;15/03/2024;-12,50;EUR;BE1;Kaartbetaling;;COLRUYT;;BETALING;Geaccepteerd;
2024-00011;14/03/2024;14/03/2024;1500,00;EUR;BE1;Overschrijving;BE2;ACME;Loon;OVERSCHRIJVING;Geaccepteerd;
2024-00010;13/03/2024;13/03/2024;-99,00;EUR;BE1;Kaartbetaling;;X;;BETALING;Geweigerd;Saldo
""",
        [("2024-03-15", "-12.50", "COLRUYT"), ("2024-03-14", "1500.00", "ACME")],
    ),
    (
        "monzo new",
        """Transaction ID,Date,Time,Type,Name,Emoji,Category,Amount,Currency,Local amount,Local currency,Notes and #tags,Address,Receipt,Description,Category split,Money Out,Money In
tx_1,15/03/2024,10:11:12,Card payment,Tesco,,Groceries,-12.50,GBP,-12.50,GBP,,,,TESCO STORES,,-12.50,
tx_2,14/03/2024,10:11:12,Faster payment,ACME,,Income,1000.00,GBP,1000.00,GBP,salary,,,ACME,,,1000.00
""",
        [("2024-03-15", "-12.50", "Tesco"), ("2024-03-14", "1000.00", "ACME")],
    ),
    (
        "sparbanken headerless",
        """Swish VÄSTTRAFIK AB;2019-07-14;2019-07-15;-28,00;24 207,40
Lön ACME AB;2019-07-13;2019-07-13;10 000,00;24 235,40
""",
        [
            ("2019-07-14", "-28.00", "Swish VÄSTTRAFIK AB"),
            ("2019-07-13", "10000.00", "Lön ACME AB"),
        ],
    ),
    (
        "bec dk headerless",
        """15-03-2024;Netto;-123,45;9.876,55
14-03-2024;Løn;10.000,00;10.000,00
""",
        [("2024-03-15", "-123.45", "Netto"), ("2024-03-14", "10000.00", "Løn")],
    ),
    (
        "swisscard",
        """Transaktionsdatum,Beschreibung,Kartennummer,Währung,Betrag,Debit/Kredit,Status,Kategorie
15.03.2024,COOP,1234,CHF,45.60,Debit,Gebucht,Lebensmittel
14.03.2024,IHRE ZAHLUNG,1234,CHF,-500.00,Kredit,Gebucht,Zahlung
13.03.2024,SBB,1234,CHF,22.00,Debit,Gebucht,Transport
""",
        [
            ("2024-03-15", "-45.60", "COOP"),
            ("2024-03-14", "500.00", "IHRE ZAHLUNG"),
            ("2024-03-13", "-22.00", "SBB"),
        ],
    ),
    (
        "amazon visa",
        """Amazon.de VISA Karte
Kreditkartennummer;Transaktionsdatum;Buchungsdatum;Händler (Name, Stadt & Land);Umsatz in Fremdwährung;Währung;Umrechnungskurs;Amazon Punkte;Prime Punkte;Betrag in EUR
4*1;14.03.2024;15.03.2024;AMZN Mktp DE;;;;1;1;25,99
4*1;16.03.2024;17.03.2024;REWE;;;;1;1;12,34
4*1;18.03.2024;18.03.2024;AUSGLEICH KREDITKARTE;;;;0;0;-500,00
4*1;19.03.2024;20.03.2024;LIDL;;;;1;1;8,00
""",
        [
            ("2024-03-15", "-25.99", "AMZN Mktp DE"),
            ("2024-03-17", "-12.34", "REWE"),
            ("2024-03-18", "500.00", ""),
            ("2024-03-20", "-8.00", "LIDL"),
        ],
    ),
    (
        "tatra",
        """Typ,Dátum zúčtovania,Suma,Mena,Typ operácie,Číslo účtu,Kód banky,Predčíslie,Názov,VS,KS,SS,Referencia,Ref2,Popis
x,15.03.2024,12.34,EUR,Debet,1,1100,,Lidl,,,,,,Nákup
x,16.03.2024,1000.00,EUR,Kredit,2,1100,,ACME,,,,,,Mzda
""",
        [("2024-03-15", "-12.34", "Lidl"), ("2024-03-16", "1000.00", "ACME")],
    ),
    (
        "lv swedbank",
        """Klienta konts;Ieraksta tips;Datums;Saņēmējs/Maksātājs;Informācija saņēmējam;Summa;Valūta;Debets/Kredīts;Arhīva kods;Maksājuma veids;Refernces numurs;Dokumenta numurs;
LV1;10;01.03.2024;;Sākuma atlikums;100,00;EUR;K;;AS;;;
LV1;20;15.03.2024;RIMI;PIRKUMS;12,34;EUR;D;2024031500000001;CTX;;;
LV1;20;16.03.2024;ACME;ALGA;1000,00;EUR;K;2024031600000002;MK;;;
LV1;82;16.03.2024;;Apgrozījums;12,34;EUR;D;;K2;;;
LV1;86;16.03.2024;;Beigu atlikums;1087,66;EUR;K;;LS;;;
""",
        [("2024-03-15", "-12.34", "RIMI"), ("2024-03-16", "1000.00", "ACME")],
    ),
]
