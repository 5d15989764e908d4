"""exchange building: the Commitment to Quality and the financial agreement."""
