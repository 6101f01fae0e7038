"""Background work: what each kind of job does, and the workers that take them."""
