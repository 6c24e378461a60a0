"""Journals looked at by somebody who did not write them: verification, checkpoints, proofs."""
