"""What a person owes: terms, interest by the calendar, payments in two parts, ways to be free of it.

The money itself is the ledger's: a debt has a liability account there, whose balance is what is owed.
Plans for other debts of life (budgets, goals) are its neighbours' matter.
"""
