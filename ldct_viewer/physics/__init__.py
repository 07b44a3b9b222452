"""CT physics: scanner model, projection, dose simulation, digital phantom."""
