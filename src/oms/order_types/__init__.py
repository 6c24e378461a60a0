"""How each kind of order is worked: one handler a kind, registered explicitly."""
