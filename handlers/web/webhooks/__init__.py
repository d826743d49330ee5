"""Bounces by HTTP: what mail providers post, each in its own form and with its own proof of who it is.

A provider's module has `receiver(settings)`: None while its setting is missing, else a function that takes a call
and gives back what it brought. Inside, `verify` looks at the raw bytes first and `read` makes notices of them.
"""
