"""Execution algorithms: how one large order becomes many small ones."""
