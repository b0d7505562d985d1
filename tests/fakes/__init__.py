"""Fake services for tests and benchmarks of fetching: real HTTP on loopback, with state, pages, limits and planned failures."""
