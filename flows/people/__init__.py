"""Who comes in, and what people leave behind: accounts, sessions, forms kept while signing in."""
