"""Benchmarks: every figure is a ratio to a bare baseline, measured in the same run, in turns with it."""
