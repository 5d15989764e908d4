"""Who takes part: people's accounts, organisations, partnerships."""
