"""Reads a submitted file and accepts it whole or refuses it whole.

`handler` decides; `examination` goes through the rows with `header`, `cells`, `uniqueness` and `conflicts`; `problems`
gathers what is wrong; `source` gets the file from upload, and `spool` keeps accepted rows on disk until the verdict.
"""
