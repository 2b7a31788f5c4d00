"""Savings goals on the ledger: targets, contributions, pace. Leaves the movements to the ledger."""
