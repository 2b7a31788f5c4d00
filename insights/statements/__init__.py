"""A month on paper: what it said, as HTML, PDF, CSV and plain values, all from one reading."""
