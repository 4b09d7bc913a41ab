"""Real kills: processes, servers and databases are killed, stopped, wiped and restored, with many leads in flight."""
