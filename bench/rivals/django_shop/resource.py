"""The import, tuned as django-import-export's guide says ("Bulk imports", "Tips on performance and tuning")."""

from typing import Any

from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import CharWidget

from bench.people import COLUMNS
from bench.rivals.django_shop.models import Seat


class NumberWidget(CharWidget):
    """An empty cell is no number at all, so that many Seats may have none."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return super().clean(value, row, **kwargs) or None


class MacWidget(NumberWidget):
    """Small letters, as they are stored."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return super().clean(value.lower(), row, **kwargs)


class SeatResource(ModelResource):
    """Rows become Seats that are checked by their fields' validators and created 1,000 at once."""

    phone_number = Field("phone_number", "phone_number", widget=NumberWidget())
    device_mac = Field("device_mac", "device_mac", widget=MacWidget())

    class Meta:
        model = Seat
        fields = COLUMNS
        import_id_fields = ("email",)
        use_bulk = True
        batch_size = 1_000
        skip_diff = True
        skip_html_diff = True
        force_init_instance = True  # all rows are new: no look for existing ones, row by row
        clean_model_instances = True  # "validation on"

    def validate_instance(self, instance: Any, import_validation_errors: Any = None, **_: Any) -> None:
        """By fields and `clean` alone, in its favour: `full_clean` would ask the database four more times a row whether
        a value is taken, which the constraints tell of the whole batch."""
        if import_validation_errors:
            super().validate_instance(instance, import_validation_errors, validate_unique=False)
        instance.full_clean(validate_unique=False, validate_constraints=False)

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        """The line that the row is on."""
        super().after_init_instance(instance, new, row, **kwargs)
        instance.line = kwargs["row_number"]
