"""What an operator does by hand: `bulk-admin`, which is `python -m deploy.admin`."""
