"""The Seat as a Django model: the template's columns with their rules, the Seat table's constraints and indexes.

Simpler than our own table where that is quicker: secrets are not sealed, and the words that a Seat is found by are a
generated column of PostgreSQL's.
"""

import uuid
from zoneinfo import available_timezones

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

_DIGITS = RegexValidator(r"^[0-9]+$", "Only digits are allowed.")
_E164 = RegexValidator(r"^\+[1-9][0-9]{6,14}$", "Write + and 7 to 15 digits.")
_MAC = RegexValidator(r"^([0-9a-f]{2}:){5}[0-9a-f]{2}$", "Write 12 hexadecimal digits.")
_LANGUAGE = RegexValidator(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "This is not a language tag.")
_LEAST = {n: RegexValidator(rf"^.{{{n},}}$", f"At least {n} digits.") for n in (2, 4)}
_ZONES = frozenset(available_timezones())
_YES_NO = [("yes", "yes"), ("no", "no")]


def known_timezone(value: str) -> None:
    if value not in _ZONES:
        raise ValidationError("This is not an IANA time zone.")


def _choices(*names: str) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


class Seat(models.Model):
    user_id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.TextField(default="bench", db_collation="C")
    job_id = models.UUIDField(default=uuid.uuid4)
    line = models.IntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    firstname = models.CharField(max_length=128)
    lastname = models.CharField(max_length=128)
    email = models.EmailField()
    extension = models.CharField(max_length=7, validators=[_DIGITS, _LEAST[2]], db_collation="C")
    seat_type = models.CharField(max_length=16, choices=_choices("standard", "common_area", "virtual", "analog"))
    phone_number = models.CharField(max_length=16, validators=[_E164], null=True, blank=True, db_collation="C")
    role = models.CharField(max_length=8, choices=_choices("user", "admin"), blank=True)
    password = models.CharField(max_length=15, validators=[_DIGITS, _LEAST[4]], blank=True)
    department = models.CharField(max_length=128, blank=True)
    location = models.CharField(max_length=128, blank=True)
    timezone = models.CharField(max_length=64, validators=[known_timezone], blank=True)
    language = models.CharField(max_length=35, validators=[_LANGUAGE], blank=True)
    caller_id_name = models.CharField(max_length=35, blank=True)
    caller_id_number = models.CharField(max_length=16, validators=[_E164], blank=True)
    emergency_number = models.CharField(max_length=16, validators=[_E164], blank=True)
    voicemail_enabled = models.CharField(max_length=3, choices=_YES_NO, blank=True)
    voicemail_pin = models.CharField(max_length=6, validators=[_DIGITS, _LEAST[4]], blank=True)
    device_mac = models.CharField(max_length=17, validators=[_MAC], null=True, blank=True, db_collation="C")
    device_model = models.CharField(max_length=128, blank=True)
    send_welcome_email = models.CharField(max_length=3, choices=_YES_NO, blank=True)
    words = models.GeneratedField(
        expression=SearchVector(
            *("firstname", "lastname", "email", "extension", "phone_number", "device_mac"), config="simple"
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        app_label = "django_shop"
        db_table = "seats"
        constraints = (
            models.UniqueConstraint("account", Lower("email"), name="seats_email"),
            models.UniqueConstraint(fields=["account", "extension"], name="seats_extension"),
            models.UniqueConstraint(
                fields=["account", "phone_number"],
                condition=models.Q(phone_number__isnull=False),
                name="seats_phone_number",
            ),
            models.UniqueConstraint(
                fields=["account", "device_mac"], condition=models.Q(device_mac__isnull=False), name="seats_device_mac"
            ),
        )
        indexes = (
            models.Index(fields=["account", "created_at", "line", "user_id"], name="seats_newest"),
            GinIndex(fields=["words"], name="seats_words"),
        )

    def clean(self) -> None:
        """The one rule that two columns have together."""
        if self.voicemail_enabled == "yes" and not self.voicemail_pin:
            raise ValidationError({"voicemail_pin": "It is needed because voicemail_enabled is yes."})
