"""The version of the package: the one home of it."""

__version__ = "0.1.0"
