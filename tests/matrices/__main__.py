"""`python -m tests.matrices`: see `tests.matrices.campaign`, whose functions worker processes can import by name."""

import sys

from tests.matrices.campaign import main

if __name__ == "__main__":
    sys.exit(main())
