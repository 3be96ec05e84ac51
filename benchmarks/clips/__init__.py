"""Real camera clips with people, bottles and hands marked by hand: how much of them a model finds."""
