"""How good the category suggestions are: labelled histories, a trial in time order, baselines."""
