"""How fast the detector is beside its own backbone and beside others: `python -m benchmarks.speed --help`."""
