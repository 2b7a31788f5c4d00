"""The goals on the wire."""
