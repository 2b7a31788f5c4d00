"""Reads of the insights: totals and bounded windows of rows. Nothing here writes."""
