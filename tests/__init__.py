"""The tests of Haihe; a package by name, because an installed package may bring one called so."""
