"""What exports say: imports, the records they are merged into, their history, what in them deserves a look."""
