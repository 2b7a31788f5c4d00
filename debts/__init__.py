"""Loans and cards on the ledger: amortization, payoff plans. Leaves the movements to the ledger."""
