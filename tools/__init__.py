"""Programs that renew what comes with the tool; none of them runs with it."""
