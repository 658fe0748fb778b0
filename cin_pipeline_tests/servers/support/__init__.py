"""Servers and hosts for these tests, each on ports of its own."""
