"""The tests of Haihe; a package by name, because an installed package (ciw) brings one called so."""
