"""Read models, fed by events alone."""
