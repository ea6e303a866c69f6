"""What proves that nothing was rewritten: the custody log, its checkpoints, segments, keys, care of the bytes."""
