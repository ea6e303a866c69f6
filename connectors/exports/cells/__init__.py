"""One cell to one value: text, old fonts, dates and times; and the grid in which cells stand."""
