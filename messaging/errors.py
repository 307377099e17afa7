"""What can go wrong with a message.

A handler raises `Retry`, `Unavailable` or `Reject`. A bus raises the others. Anything else ends the process, and the
broker delivers the message again, as often as its queue's delivery limit says.
"""


class Retry(Exception):
    """It may go well another time: tried again after 1, 5, 30, 30 … seconds, and counted; in the end a dead letter."""


class Unavailable(Exception):
    """Something needed is away: tried again every few seconds without limit, and not counted."""


class Reject(Exception):
    """It will never go well, whatever is tried: a dead letter at once, with this error's text as the reason."""


class PublishFailed(Exception):
    """The broker has not confirmed the message in time. It may have it all the same: publish it again, with its id."""


class Unroutable(PublishFailed):
    """No queue hears this type, and the topology does not say that this is well."""


class BrokerRefused(Exception):
    """The broker's no: something is missing, forbidden, or other than declared. Trying again does not mend it."""
