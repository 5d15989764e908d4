"""The pages of the registration, by what they show."""
