"""The questions `decide` asks, one module for each kind of answer."""
