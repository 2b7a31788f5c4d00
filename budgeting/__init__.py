"""Budgets on the ledger: envelopes, rollover, limits. Leaves the movements themselves to the ledger."""
