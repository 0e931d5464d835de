"""Departments of a demo city as servers of their own: own registers, own logs, own ways of writing.

They share nothing with the city but the form of signatures: no table, no type, no key.
"""
