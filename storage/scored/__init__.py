"""What a score is made of and what came of it: facts, runs, the yearly cycle, periodic reports."""
