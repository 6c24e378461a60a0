"""The protocols that plug-ins implement."""
