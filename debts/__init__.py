"""Loans and cards on the ledger: amortization, payoff plans. Leaves the movements themselves to the ledger."""
