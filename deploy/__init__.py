"""What starts and surrounds the services: the embedded one-machine stack, Docker, and their tools."""
