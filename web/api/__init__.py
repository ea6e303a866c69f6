"""The same use cases as JSON."""
