"""Proofs for what is printed."""
