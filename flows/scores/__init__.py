"""From what is kept to a recorded score, and what pages show of it."""
