"""The names of a run's series -> what each of them measures."""
