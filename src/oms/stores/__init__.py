"""Journals that keep events."""
