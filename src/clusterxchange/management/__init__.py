"""Running the tool: the command line, the supervisor and Django's own commands."""
