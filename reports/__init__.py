"""What leaves the house on paper: score sheet, evidence list, morning letter. Pure functions from plain values."""
