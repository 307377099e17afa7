"""Makes Seats of accepted rows, and tells what became of each."""
