"""`python -m tests.disasters NAME [--full]` runs a campaign; the full ones write their page into the docs."""

import argparse
import sys

from tests.disasters import crash_campaign, failing_disks, kills, power

CAMPAIGNS = {
    "crashes": crash_campaign.crash_campaign,
    "interrupts": crash_campaign.interrupt_campaign,
    "failing_disks": failing_disks.campaign,
    "kills": kills.campaign,
    "power_cuts": power.campaign,
}


def main() -> int:
    """Run one, and give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.disasters", description=__doc__)
    parser.add_argument("name", choices=CAMPAIGNS)
    parser.add_argument("--full", action="store_true", help="try everything, and write the page")
    parser.add_argument("--seed", type=int, default=power.SEED)
    parser.add_argument("--jobs", type=int, default=2, help="how many processes at a time")
    given = parser.parse_args()
    return CAMPAIGNS[given.name](is_full=given.full, seed=given.seed, jobs=given.jobs)


if __name__ == "__main__":
    sys.exit(main())
