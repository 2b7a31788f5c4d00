"""What our speed costs over the bare database, measured: `manage.py benchmark` (docs/performance.md).

Every figure is a ratio to a floor measured in the same run: the same statements, run by the
driver, encoded by orjson, under the same server.
"""
