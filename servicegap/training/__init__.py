"""Training: corpora, fitting, calibration, evaluation, packaging."""
