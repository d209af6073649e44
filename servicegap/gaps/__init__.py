"""Gaps: what was promised, when it fell due, and what came of it."""
