"""How it is asked: what every HTTP service of ours has in common.

`app.create_app` makes the Flask application, `refusals.Refusal` is the one error shape (RFC 9457), `access` the signed
token between the services, `client.ServiceClient` how one service calls another, `serve.gunicorn` how they are started.
"""
