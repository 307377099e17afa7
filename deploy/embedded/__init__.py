"""The whole product on one machine with nothing installed: private PostgreSQL, private RabbitMQ, every service."""
