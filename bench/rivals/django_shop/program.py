"""Sets Django up for one database, makes the table, and imports a file."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings
from django.db import connection

from bench.errors import BenchFailed
from bench.rivals.task import Task, measured


def set_up(dsn: str) -> None:
    """As a settings module would; the connection is kept open."""
    address = urlsplit(dsn)
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": address.path[1:],
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": address.hostname,
        "PORT": address.port,
        "CONN_MAX_AGE": None,
    }
    apps = ["django.contrib.contenttypes", "django.contrib.postgres", "import_export", "bench.rivals.django_shop"]
    settings.configure(DATABASES={"default": database}, INSTALLED_APPS=apps, USE_TZ=True)
    django.setup()


def django_import(task: Task) -> None:
    set_up(task.dsn)
    from tablib import Dataset

    from bench.rivals.django_shop.models import Seat
    from bench.rivals.django_shop.resource import SeatResource

    with connection.schema_editor() as editor:
        editor.create_model(Seat)
    with measured(task):
        dataset = Dataset().load(Path(task.source).read_text("utf-8"), format="csv")
        result = SeatResource().import_data(dataset, raise_errors=True)
    if result.has_errors() or result.has_validation_errors():
        raise BenchFailed("django-import-export refused rows")
