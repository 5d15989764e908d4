"""Partnerships of clusters, their people, members and budgets."""
