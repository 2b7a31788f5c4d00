"""/api/security: the watch for owners, and the desk for staff."""
