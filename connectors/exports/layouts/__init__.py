"""Which row and column is what: headers and profiles, records and furniture, columns checked by their content."""
