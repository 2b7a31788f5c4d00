"""Savings goals on the ledger: targets, contributions, pace. Leaves the movements themselves to the ledger."""
