"""Asking registers of other departments: the contract, the line, and one connector each."""
