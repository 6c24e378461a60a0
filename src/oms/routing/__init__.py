"""Which broker gets an order, and the request that is made of it."""
