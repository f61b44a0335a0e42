"""What `make parity` runs: our programs against the real Magenta, on fresh random input."""
