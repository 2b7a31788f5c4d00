"""The books: accounts, transactions, splits, transfers, payees, categories, rates, bank files.

Owns every amount and every total. Leaves plans (budgets, goals, debts) and judgement (risk, insight) above.
"""
