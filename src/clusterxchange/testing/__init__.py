"""What tests need before there is a test: the database server as a pytest plugin."""
