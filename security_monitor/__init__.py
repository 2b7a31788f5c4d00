"""The watch: risk of transactions and logins. Reads every floor below; the ledger never learns of it."""
