"""What can end the benchmark before its figures are complete; the text is shown to the person who started it."""


class BenchFailed(Exception):
    """A part did not do what was to be measured. The message says what happened, and what to do if it can be helped."""


class Interrupted(Exception):
    """A person or the system asked us to stop."""
