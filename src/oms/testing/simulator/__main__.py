"""`python -m oms.testing.simulator`: see `oms.testing.simulator.campaign`."""

from oms.testing.simulator.campaign import main

if __name__ == "__main__":
    raise SystemExit(main())
