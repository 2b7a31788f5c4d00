"""The mathematics of the audit chain: links, Merkle roots, signatures. Plain Python, no database."""
