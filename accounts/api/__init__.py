"""How every endpoint of this API speaks: errors, JSON, money, lists, retries, races. Once, in one place.

It lives on the ground because every floor has doors and none may reach up to the roof.
"""
