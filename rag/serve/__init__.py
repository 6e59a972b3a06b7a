"""Placeholder docstring; the room's owner writes it."""
