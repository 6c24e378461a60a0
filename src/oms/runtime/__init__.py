"""The one floor that waits, opens and sends."""
