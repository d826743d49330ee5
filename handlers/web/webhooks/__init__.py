"""Webhooks: bounces that mail providers post over HTTP, each in its own form and with its own authentication.

A module of `providers` has `receiver(settings)`: None while its setting is missing, else a function that takes a request
and returns its payload. Inside, `verify` authenticates the raw bytes first, then `read` parses them into events.
"""
