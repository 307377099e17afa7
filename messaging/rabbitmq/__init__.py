"""The bus over RabbitMQ, 3.10 and later; the only place that imports pika."""

from messaging.rabbitmq.bus import RabbitBus

__all__ = ["RabbitBus"]
