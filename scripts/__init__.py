"""Set-up, tests, and what makes the files that travel with the program."""
