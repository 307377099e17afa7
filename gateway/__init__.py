"""The only public service: sign-in, the admin's pages, and the API that streams on to the services behind it.

It speaks HTTP only. `app.create_app` wires it, `routes.ROUTES` is the table of what is passed on to whom.
"""
