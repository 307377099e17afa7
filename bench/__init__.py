"""Measures Bulk Manager beside what people would use instead: `make bench`, `make bench-full`."""
