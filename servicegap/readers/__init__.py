"""Readers: files, folders and streams of many formats to documents, one file a format."""

from servicegap.readers.reader import Reader, read
from servicegap.readers.sniff import FORMATS
from servicegap.readers.source import MAX_TEXT, ReadStats

__all__ = ["FORMATS", "MAX_TEXT", "ReadStats", "Reader", "read"]
