"""The kit: strategies, a venue that tells the truth, and the machine of one order, for your own adapters and handlers."""
