"""Django's own kind of commands, for what is done inside one process."""
