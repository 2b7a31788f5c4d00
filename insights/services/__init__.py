"""Verbs of the insights: moods, choices about the feed, nudges."""
