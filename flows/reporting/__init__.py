"""Periodic reports of the one-stop centre, and how any paper is drawn."""
