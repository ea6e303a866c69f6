"""Pictures of pages, with no word read yet: clean, upright, and where places lie on them."""
