"""Who may do what: actions, capacities, actors, one table, and one function that decides."""
