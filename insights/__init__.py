"""Answers drawn from the totals: cash flow, forecast, net worth. Writes nothing into the ledger."""
