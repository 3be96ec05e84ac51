"""Emulated webcams for a process on a machine with none; README.md says what they can do."""
