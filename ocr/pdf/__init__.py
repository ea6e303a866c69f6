"""What a PDF holds and shows: its typed words, letters that nobody sees, its pictures of paper."""
