"""A household that never was, for trying the program and for measuring it.

`habits` and `story` are pure: one seed tells one story. `booking` books it by the real write path.
"""
