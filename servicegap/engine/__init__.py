"""The engine: the compiled kernel, and the linear scorer over it."""
