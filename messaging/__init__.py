"""How messages travel: the bus, its two kinds (RabbitMQ, and memory for tests), and the one consumer loop.

What the messages say is none of this package's business: it carries bytes with an envelope.
"""
