"""The wiring of the gateway's web application."""

from flask import Flask, g
from werkzeug.middleware.proxy_fix import ProxyFix

from contracts.problems import CATALOGUE
from contracts.template import latest
from database.connection import UNAVAILABLE, Database
from gateway import (
    api,
    browsing,
    headers,
    identity,
    language_choice,
    languages,
    login,
    pages,
    patience,
    retelling,
    same_origin,
)
from gateway.passwords import Passwords
from gateway.services import Services
from gateway.sessions import Sessions
from gateway.settings import Settings
from gateway.signin import SignIn
from gateway.throttle import Throttle
from gateway.tokens import ApiTokens
from gateway.users import Clock, Users, utc_now
from web import app as web_app
from web.access import AccessKey, Principal
from web.client import ServiceClient, ServiceUnavailable


def create_app(settings: Settings, database: Database, *, clock: Clock = utc_now) -> Flask:
    """Make the application. Nothing is opened before the first request."""
    passwords = Passwords()
    sessions = Sessions(database, secure=settings.secure, clock=clock)
    tokens = ApiTokens(database, lifetime=settings.token_lifetime, clock=clock)
    sign_in = SignIn(
        users=Users(database, passwords, clock=clock), passwords=passwords, throttle=Throttle(database, clock=clock)
    )
    app = web_app.create_app(
        "gateway", ready=lambda: {"database": database.is_ready()}, away=(*UNAVAILABLE, ServiceUnavailable)
    )
    if settings.proxies:
        trusted = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted, x_host=trusted)  # type: ignore[method-assign]  # as Flask documents it
    # Answers pass these in reverse: a refusal becomes a page before it gets its headers.
    headers.add(app, secure=settings.secure)
    browsing.show_refusals(app)
    patience.limit_waits(app)
    same_origin.protect(
        app, public_url=settings.public_url, secure=settings.secure, without_cookie=frozenset({identity.TOKENS})
    )
    identity.require(app, sessions=sessions, tokens=tokens)
    languages.install(app)
    retelling.install(app)
    app.register_blueprint(language_choice.blueprint(secure=settings.secure))
    app.register_blueprint(api.blueprint(_services(settings), sign_in=sign_in, tokens=tokens))
    app.register_blueprint(login.blueprint(sign_in, sessions))
    # Nobody comes to a page without having passed `identity.require`: it needs no guard of its own.
    app.register_blueprint(pages.blueprint(latest(), tuple(CATALOGUE.values()), guard=lambda: None))

    @app.context_processor
    def who_looks() -> dict[str, Principal | None]:
        return {"viewer": g.get("principal")}

    return app


def _services(settings: Settings) -> Services:
    key = AccessKey(settings.access_key)
    return Services(
        upload=ServiceClient(settings.upload_url, key),
        eventlog=ServiceClient(settings.eventlog_url, key),
        provisioner=ServiceClient(settings.provisioner_url, key),
    )
