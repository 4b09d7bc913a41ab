"""What a sequence is: its compiled form, its version, its structure, and what can be said and checked of it."""
