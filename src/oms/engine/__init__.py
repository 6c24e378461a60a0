"""The pure, deterministic core: inputs in, events and requests out."""
