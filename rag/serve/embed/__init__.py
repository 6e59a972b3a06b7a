"""The chat inside other pages: one script line there, an iframe of ours here, and tokens that say who asks."""
