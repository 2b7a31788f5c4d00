"""The doors of the insights: shapes in, selectors and verbs called, shapes out."""
