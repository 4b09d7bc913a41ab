"""What people look at: queries that only read, one noun per module."""
