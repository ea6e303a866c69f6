"""Bytes to a grid of cells, whatever the file is named."""
