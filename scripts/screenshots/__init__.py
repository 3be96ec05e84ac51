"""Makes every picture of the docs, and the look-through of all languages, colours and sizes. See __main__.py."""
