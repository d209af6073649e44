"""The batch job: an archive goes in, results and a summary come out."""

from servicegap.archive.run import STANDARD, Summary, keep_apart, score

__all__ = ["STANDARD", "Summary", "keep_apart", "score"]
