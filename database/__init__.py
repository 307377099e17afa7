"""How it is kept: PostgreSQL for the services, each with its own database and role.

`connection.Database` gives transactions, `queries.load` the SQL of a service, `migrations.migrate` its tables.
"""
