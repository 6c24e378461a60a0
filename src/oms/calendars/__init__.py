"""When markets trade: rules for a few of them, and adapters for the others."""
