"""What all tests share: Hypothesis profiles and the recorded market."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).parents[1]

# No profile has a deadline: on a shared machine time says more about the neighbours than about the code.
# dev draws anew on each run and prints how to repeat a failure; ci draws the same on every run; nightly looks longer.
settings.register_profile("dev", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
settings.register_profile(
    "nightly",
    deadline=None,
    print_blob=True,
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow],  # it has all night
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


def market_data_folder() -> Path:
    """The folder of recorded markets; it need not exist."""
    return Path(os.environ.get("OMS_MARKET_DATA", REPOSITORY / ".." / "shared" / "data"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with a reason, what needs a recorded market where there is none."""
    if market_data_folder().is_dir():
        return
    for item in items:
        if item.get_closest_marker("market_data"):
            item.add_marker(pytest.mark.skip(reason="no recorded market: set OMS_MARKET_DATA"))


@pytest.fixture(scope="session")
def market_data() -> Path:
    """The folder of recorded markets, for tests marked `market_data`."""
    return market_data_folder()
