"""What a process tells about itself: log lines, metrics, and whether it is alive and ready."""
