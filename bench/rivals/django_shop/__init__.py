"""What a Django shop would use: django-import-export on a model of its own with the template's 20 columns."""
