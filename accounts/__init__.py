"""The ground floor: people, sessions, the audit trail, the change clock, and how the API speaks.

Owns User, Session, AuditEntry, Event, Tombstone. Leaves money, budgets and risk to the floors above.
"""
