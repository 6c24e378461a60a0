"""What the orders of the parent machine are told: everything beside which something else would do nothing is left out."""

from __future__ import annotations

from typing import Any

try:
    from hypothesis import strategies as st
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error


def without_idle(told: dict[str, Any]) -> dict[str, Any]:
    """Give parameters without those that would do nothing beside the others, which are refused."""
    style = told.get("child_style")
    idle = {
        "child_offset": style == "market",
        "catch_up": style == "passive_then_cross" and told.get("catch_up") in ("carry", "give_up"),
        "seed": "randomise_time" not in told,
    }
    return {name: value for name, value in told.items() if not idle.get(name, False)}


def parameters() -> st.SearchStrategy[dict[str, Any]]:
    """Give how an order is worked: for a minute, in every style, with every policy."""
    return st.fixed_dictionaries(
        {"duration": st.just(60), "slices": st.integers(1, 8)},
        optional={
            "child_style": st.sampled_from(["market", "marketable_limit", "passive_then_cross"]),
            "catch_up": st.sampled_from(["carry", "spread", "give_up", "cross"]),
            "halt_clock": st.sampled_from(["run", "pause"]),
            "on_halt": st.sampled_from(["keep", "cancel"]),
            "on_residual": st.sampled_from(["cancel", "sweep", "auction"]),
            "min_rest": st.integers(1, 9),
            "max_child": st.integers(5, 20),
            "min_child": st.integers(2, 5),
            "max_participation": st.sampled_from(["0.1", "0.5"]),
            "randomise_time": st.sampled_from(["0.2", "1"]),
            "child_offset": st.sampled_from(["0.01", "0.05"]),
            "max_quote_age": st.integers(3, 20),
            "seed": st.integers(0, 5),
        },
    ).map(without_idle)
