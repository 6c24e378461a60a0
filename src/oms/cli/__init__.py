"""The command line, `oms`."""
