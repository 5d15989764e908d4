"""Random checks by the support office: a drawn sample, what was found, what is to be paid back."""
