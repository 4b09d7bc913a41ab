"""The business, pure: no network, no clock, no environment, no database."""
