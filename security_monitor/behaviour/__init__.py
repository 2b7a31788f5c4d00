"""How people log in, and what is unusual about a login. Plain Python, no database."""
