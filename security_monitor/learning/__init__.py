"""What verdicts teach: features, shared fraud rates and a model, as values without Django and clocks."""
