import ssl
from unittest.mock import Mock

import httpx
import pytest

from storage.bounces.suppressions.api import ProviderApi
from storage.core import tls
from storage.mailchimp.api.transport import ConnectionPool


def test_the_certificates_are_read_once_for_all_clients(monkeypatch: pytest.MonkeyPatch):
    read = Mock(return_value=httpx.create_ssl_context())
    monkeypatch.setattr(httpx, "create_ssl_context", read)
    # Where no context is given, httpx reads them by this name.
    monkeypatch.setattr("httpx._transports.default.create_ssl_context", lambda verify, **_: _given(verify))
    tls.context.cache_clear()
    for _ in range(2):
        ProviderApi("Brevo", "https://api.brevo.com/v3").close()
        ConnectionPool().http().close()
    read.assert_called_once()
    assert read.return_value.verify_mode == ssl.CERT_REQUIRED
    assert read.return_value.check_hostname
    tls.context.cache_clear()


def _given(verify: object) -> ssl.SSLContext:
    assert isinstance(verify, ssl.SSLContext)
    return verify
