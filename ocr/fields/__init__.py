"""Fields of administrative documents (Decree 30/2020): from placed words to values with page, box and state."""
