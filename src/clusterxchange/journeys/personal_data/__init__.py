"""A person's own data: what is held and why, a copy of it, its erasure, and how long it is kept."""
