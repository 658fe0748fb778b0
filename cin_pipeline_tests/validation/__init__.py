"""Tests of the census rules: each through XML, from returns made of nested dictionaries."""
