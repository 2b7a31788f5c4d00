"""Reads across rows that more than one door or floor needs. Nothing here writes."""
