"""Seats made in a phone system outside, over HTTP; docs/phone-system.md describes the interface."""
