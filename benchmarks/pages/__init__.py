"""How long pages of long lists take: generated organisations in a scratch database, asked as a participant asks."""
