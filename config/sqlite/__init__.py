"""SQLite for the embedded mode: Django's backend with writers in one orderly line."""
