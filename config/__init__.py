"""The roof: settings, routes, servers, wiring. No rules live here."""
