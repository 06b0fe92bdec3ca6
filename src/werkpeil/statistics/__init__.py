"""Survey statistics from sufficient statistics: the mathematics that SQL lacks."""
