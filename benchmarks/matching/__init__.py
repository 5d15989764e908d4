"""How well the matching finds real partners: the engine of the site, measured on partnerships that came about."""
