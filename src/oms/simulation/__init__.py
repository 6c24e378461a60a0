"""An exchange of our own, with its own view of every order."""
