"""Bad input from seeds: one seed is one case, the same in every run and on every machine."""
