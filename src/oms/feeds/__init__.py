"""Readers of recorded market data."""
