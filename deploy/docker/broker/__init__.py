"""The broker's users and queues, for installations where the services may not declare anything themselves."""
