"""Measurement: what became of messages and leads, as numbers that add up."""
