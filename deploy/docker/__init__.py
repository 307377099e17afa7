"""Docker: one image recipe for all services, what compose starts beside them, and how `.env` is filled."""
