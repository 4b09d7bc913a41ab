"""The demo: shipped leads live half a year in a minute or two, on the same code as production."""
