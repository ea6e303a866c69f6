"""Documents read page by page: typed pages, pictures of paper, and the parts that are looked at again."""
