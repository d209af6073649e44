"""Texts as they are read: cleaned with a way back, marked by role, cut into tokens and sentences."""
