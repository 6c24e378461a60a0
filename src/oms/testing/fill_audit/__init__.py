"""A witness of every fill at a simulated exchange; it shares nothing with what matches."""
