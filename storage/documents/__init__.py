"""Documents and what is known of them: examinations, links, terms, later looks, full text."""
