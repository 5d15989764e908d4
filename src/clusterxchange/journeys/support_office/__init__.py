"""What the support office does beside cases: finding people, seeing the tool as they do, finding second visits."""
