"""finalisation: reports, evidence, payment."""
