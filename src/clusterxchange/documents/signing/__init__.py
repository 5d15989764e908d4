"""Signatures in PDF files: fields, the installation's own certificates, one revision for each party, and their check.

A consent is what signs (workflow/consents.py); the revision that bears it is written by a job afterwards.
"""
