"""The simulator: many orders, several accounts, a bot, a venue, a network, a journal and a clock that all fail, from one seed.

`python -m oms.testing.simulator --lifecycles 1000000 --seed 1` runs a campaign; `oms.testing.simulator.world.World` is one run.
"""
