"""Signing in: who there is, who is here, and what they may read. One way of signing in is one file."""
