"""Tests of the validation rules: each through XML, from returns made of nested dictionaries."""
