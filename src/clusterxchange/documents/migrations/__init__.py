"""Keep the changes of the tables of documents."""
