"""Readers of bank files: bytes in, `ParsedFile` out. Pure; knows nothing of accounts or rows of ours."""
