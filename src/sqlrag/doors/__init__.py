"""How one gets in: HTTP and the command line."""
