"""The engine: measures, rules, points and reasons. Standard library alone, because it travels inside every bundle."""
