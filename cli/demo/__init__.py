"""The demo: shipped leads live half a year in half a minute, on the same code as production."""
