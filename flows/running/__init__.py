"""What works for longer: the night and runs that were asked for."""
