"""How well unusual logins are told from usual ones: a simulator, a public log, and the same rules."""
