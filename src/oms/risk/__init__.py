"""The gate that every order passes before it may leave."""
