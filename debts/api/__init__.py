"""The API of debts: parses, calls services, shows."""
