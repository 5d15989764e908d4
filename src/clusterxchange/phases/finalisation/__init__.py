"""The fourth phase: reports, evidence and payment."""
