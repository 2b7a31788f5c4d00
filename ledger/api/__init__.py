"""The ledger's doors: shapes in, verbs called, shapes out. No rule about money lives here."""
