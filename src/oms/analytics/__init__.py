"""What a run came to: traces of the market and of the orders, and the chart of both."""
