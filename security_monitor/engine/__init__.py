"""The arithmetic of the watch: sketches, profiles, rules and scores, without Django and without clocks."""
