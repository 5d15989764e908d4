"""A hasher that notes each password that it looks at, to see which guesses come as far as that."""

from django.contrib.auth.hashers import MD5PasswordHasher

LOOKED_AT: list[str] = []


class CountingHasher(MD5PasswordHasher):
    """Notes each password."""

    algorithm = "counting"

    def encode(self, password: str, salt: str) -> str:
        LOOKED_AT.append(password)
        return super().encode(password, salt)


HASHERS = [f"{__name__}.CountingHasher"]
