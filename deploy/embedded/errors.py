"""What can keep the embedded stack from starting; the text of each is shown to the person who typed `make run`."""


class StartFailed(Exception):
    """The stack, or a part of it, can't start. The message says what happened and what to do."""
