"""How a database came to its present shape, one revision after another. Run by `adapters.schema`."""
