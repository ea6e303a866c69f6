"""A synthetic ward to try everything on. Never imported by the product."""
