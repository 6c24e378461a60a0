"""Adapters to the places where orders are executed."""
