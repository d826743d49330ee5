"""The settings, read from the environment and a `.env` file. `docs/settings.md` lists them; a test compares."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import available_timezones

from dotenv import dotenv_values
from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.core.errors import CleanedError, Faults
from storage.bounces import imap_address
from storage.bounces.imap_address import ImapAddress
from storage.core.database import url_beside
from storage.mailchimp.api.limiter import DEFAULT_CONNECTIONS, MAX_CONNECTIONS
from storage.workspaces.ciphers import parse_keys

ENV_FILE = ".env"  # in the folder where the program starts
SHORTEST_SECRET = 16  # characters
FILE = "_FILE"  # ends the name of a setting that names the file of a secret
LARGEST_FILE = 64 << 10  # bytes
_URL = re.compile(r"https?://[^\s/?#]+(/[^\s]*)?")
_OPERATOR = re.compile(r"[UWS][A-Z0-9]+")
OFF = "off"  # turns a setting of the `.env` file off; an empty variable is ignored


class BadSetting(CleanedError):
    """A setting is invalid. Values: name."""

    key = "error-bad-setting"


class ShortSecret(BadSetting):
    """A secret that proves who sends a request is short enough to be guessed. Values: name, n (the fewest characters)."""

    key = "error-short-secret"


class UnreadableFile(BadSetting):
    """The file of a secret can't be read, or is empty. Values: name, of the setting that names the file."""

    key = "error-secret-file"


class SetTwice(BadSetting):
    """A secret and the file of it are both given. Values: name, of the secret."""

    key = "error-secret-twice"


class Settings(BaseSettings):
    """The program's configuration. Secrets are not shown in its repr."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        extra="ignore",
        env_ignore_empty=True,
        frozen=True,
        hide_input_in_errors=True,
        regex_engine="python-re",  # two patterns of pydantic's own take 3 MB
    )

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: Annotated[str, Field(pattern=r"^[\w.-]{1,32}\Z")] | None = None
    slack_client_secret: SecretStr | None = None
    token_key: SecretStr | None = Field(default=None, validation_alias="CLEANED_TOKEN_KEY")
    slack_api_url: str = "https://slack.com/api/"
    database_url: str = Field(default_factory=lambda: f"sqlite:///{data_folder() / 'cleaned.db'}")
    operators: Annotated[tuple[str, ...], NoDecode] = Field(default=(), validation_alias="CLEANED_OPERATORS")
    confirmation_word: str | None = Field(default=None, validation_alias="CLEANED_CONFIRMATION_WORD")
    timezone: str = Field(default="UTC", validation_alias="CLEANED_TIMEZONE")
    host: str = Field(default="127.0.0.1", validation_alias="CLEANED_HOST")
    port: int = Field(default=3000, validation_alias="CLEANED_PORT", ge=0, le=65535)
    proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(), validation_alias="CLEANED_PROXIES"
    )
    ses_topics: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), validation_alias="CLEANED_SES_TOPICS"
    )
    sendgrid_key: SecretStr | None = Field(default=None, validation_alias="CLEANED_SENDGRID_KEY")
    postmark_password: SecretStr | None = Field(default=None, validation_alias="CLEANED_POSTMARK_PASSWORD")
    mailgun_key: SecretStr | None = Field(default=None, validation_alias="CLEANED_MAILGUN_KEY")
    brevo_token: SecretStr | None = Field(default=None, validation_alias="CLEANED_BREVO_TOKEN")
    resend_secret: SecretStr | None = Field(default=None, validation_alias="CLEANED_RESEND_SECRET")
    mailtrap_secret: SecretStr | None = Field(default=None, validation_alias="CLEANED_MAILTRAP_SECRET")
    postal_key: SecretStr | None = Field(default=None, validation_alias="CLEANED_POSTAL_KEY")
    ses_key: SecretStr | None = Field(default=None, validation_alias="CLEANED_SES_KEY")
    ses_region: Annotated[str, Field(pattern=r"^[a-z0-9-]+\Z")] | None = Field(
        default=None, validation_alias="CLEANED_SES_REGION"
    )
    sendgrid_api_key: SecretStr | None = Field(default=None, validation_alias="CLEANED_SENDGRID_API_KEY")
    postmark_api_token: SecretStr | None = Field(default=None, validation_alias="CLEANED_POSTMARK_API_TOKEN")
    mailgun_api_key: SecretStr | None = Field(default=None, validation_alias="CLEANED_MAILGUN_API_KEY")
    mailgun_domains: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), validation_alias="CLEANED_MAILGUN_DOMAINS"
    )
    brevo_api_key: SecretStr | None = Field(default=None, validation_alias="CLEANED_BREVO_API_KEY")
    provider_url: str | None = Field(default=None, validation_alias="CLEANED_PROVIDER_URL")
    bounce_secret: SecretStr | None = Field(default=None, validation_alias="CLEANED_BOUNCE_SECRET")
    imap_url: SecretStr | None = Field(default=None, validation_alias="CLEANED_IMAP_URL")
    return_path_key: SecretStr | None = Field(default=None, validation_alias="CLEANED_RETURN_PATH_KEY")
    mailchimp_api_key: SecretStr | None = None
    mailchimp_api_url: str | None = None
    mailchimp_connections: int = Field(
        default=DEFAULT_CONNECTIONS,
        validation_alias="CLEANED_MAILCHIMP_CONNECTIONS",
        ge=1,
        le=MAX_CONNECTIONS,
    )
    mailchimp_webhook_secret: SecretStr | None = Field(
        default=None, validation_alias="CLEANED_MAILCHIMP_WEBHOOK_SECRET"
    )
    keep_bounces: int | None = Field(default=None, validation_alias="CLEANED_KEEP_BOUNCES", ge=30)
    keep_journal: int | None = Field(default=None, validation_alias="CLEANED_KEEP_JOURNAL", ge=30)
    keep_exports: int | None = Field(default=None, validation_alias="CLEANED_KEEP_EXPORTS", ge=1)
    keep_set_aside: int = Field(default=30, validation_alias="CLEANED_KEEP_SET_ASIDE", ge=1)
    metrics_token: SecretStr | None = Field(default=None, validation_alias="CLEANED_METRICS_TOKEN")
    log_format: Literal["text", "json"] = Field(default="text", validation_alias="CLEANED_LOG")
    public_url: str | None = Field(default=None, validation_alias="CLEANED_PUBLIC_URL")
    workspace: str | None = Field(default=None, validation_alias="CLEANED_WORKSPACE")

    @field_validator("operators", "proxies", "ses_topics", "mailgun_domains", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Splits at commas and spaces."""
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator(
        *("slack_signing_secret", "mailgun_key", "brevo_token", "resend_secret", "mailtrap_secret"),
        *("bounce_secret", "mailchimp_webhook_secret", "return_path_key", "metrics_token"),
    )
    @classmethod
    def _check_length(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().strip()) < SHORTEST_SECRET:
            raise _too_short()
        return value

    @field_validator("postmark_password")
    @classmethod
    def _check_credentials(cls, value: SecretStr | None) -> SecretStr | None:
        """Accepts `user:password` only."""
        if value is not None:
            user, _, password = value.get_secret_value().partition(":")
            if not user.strip() or len(password.strip()) < SHORTEST_SECRET:
                raise _too_short()
        return value

    @field_validator("ses_key", "sendgrid_api_key", "postmark_api_token", "mailgun_api_key", "brevo_api_key")
    @classmethod
    def _check_api_key(cls, value: SecretStr | None) -> SecretStr | None:
        """Accepts what an HTTP header can hold, without the spaces around it."""
        key = value.get_secret_value().strip() if value else ""
        if not (key.isascii() and key.isprintable()):
            raise ValueError
        return SecretStr(key) if key else None

    @field_validator("ses_key")
    @classmethod
    def _check_ses_key(cls, value: SecretStr | None) -> SecretStr | None:
        """Accepts `id:secret`, and `id:secret:token` of temporary credentials."""
        parts = value.get_secret_value().split(":") if value else ["id", "secret"]
        if not (len(parts) in (2, 3) and all(parts)):
            raise ValueError
        return value

    @field_validator("token_key")
    @classmethod
    def _check_token_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_keys(value.get_secret_value())
        return value

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        # To list them all takes 50 ms.
        if value != "UTC" and value not in available_timezones():
            raise ValueError
        return value

    @field_validator("imap_url")
    @classmethod
    def _check_imap_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or value.get_secret_value() == OFF:
            return None
        imap_address.parse_imap_url(value.get_secret_value())
        return value

    @field_validator("mailchimp_api_key")
    @classmethod
    def _none_if_off(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None or value.get_secret_value().strip() in ("", OFF) else value

    @property
    def mailbox(self) -> ImapAddress | None:
        """The IMAP mailbox that bounces are read from, if one is set."""
        return imap_address.parse_imap_url(self.imap_url.get_secret_value()) if self.imap_url else None

    @property
    def takes_bounces(self) -> bool:
        """Whether bounces can come in by themselves: by webhook, or from a mailbox."""
        secrets = (
            *(self.sendgrid_key, self.postmark_password, self.mailgun_key, self.brevo_token),
            *(self.resend_secret, self.mailtrap_secret, self.postal_key, self.bounce_secret),
        )
        return bool(self.ses_topics or self.imap_url or any(secrets))

    @property
    def return_path_secret(self) -> str | None:
        """The key of the tags in return paths, if one is set."""
        return self.return_path_key.get_secret_value() if self.return_path_key else None

    @property
    def uses_oauth(self) -> bool:
        """Whether workspaces install the app themselves: it takes all of these, and `public_url`."""
        return bool(self.slack_client_id or self.slack_client_secret or self.token_key)

    @field_validator("slack_api_url", "provider_url", "public_url")
    @classmethod
    def _check_url(cls, value: str | None) -> str | None:
        if value is not None and not _URL.fullmatch(value.strip()):
            raise ValueError
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _with_final_slash(cls, value: str) -> str:
        return value.strip().rstrip("/") + "/"

    @field_validator("operators")
    @classmethod
    def _check_operators(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Accepts ids only: a name or an address would never be anybody's."""
        if not all(_OPERATOR.fullmatch(each) for each in value):
            raise ValueError
        return value


def data_folder() -> Path:
    """The folder of the default SQLite file."""
    return user_data_path("cleaned", appauthor=False)


@dataclass(frozen=True)
class Reading:
    """The settings, and what is wrong with them. A faulty one has its default in `settings`."""

    settings: Settings
    faults: tuple[BadSetting, ...]

    @property
    def faulty(self) -> frozenset[str]:
        """The names of the settings that are wrong."""
        return frozenset(fault.values["name"].removesuffix(FILE) for fault in self.faults)


def load(**overrides: object) -> Settings:
    """Reads the settings; `overrides` take precedence over the environment. Raises BadSetting, or Faults."""
    reading = read(**overrides)
    if len(reading.faults) > 1:
        raise Faults(reading.faults)
    for fault in reading.faults:
        raise fault
    return reading.settings


def read(**overrides: Any) -> Reading:
    """As `load`, but returns the faults, all of them, beside the settings."""
    secrets, faults = _secrets_in_files(overrides.get("_env_file", ENV_FILE))
    defaults = {name: field.get_default(call_default_factory=True) for name, field in _FIELDS.items()}
    found, invalid = _validate({**secrets, **overrides}, defaults)
    return Reading(found, (*faults, *(_fault(name.upper(), kind) for name, kind in invalid.items())))


def open_telemetry(env_file: str | None = ENV_FILE) -> Mapping[str, str]:
    """OpenTelemetry's own settings, from the environment and the `.env` file."""
    environment, file = _sources(env_file)
    return {name: value for name, value in {**file, **environment}.items() if name.startswith("OTEL_")}


def of_workspace(
    main: Settings, workspace_id: str, place: str, *, env_file: str | None = ENV_FILE
) -> Reading:
    """The settings of a workspace with a database of its own, named `place`, and what is wrong with them.

    A setting whose name ends with the workspace's id holds for that workspace alone. Mail services, mailboxes and
    Mailchimp accounts are set in this way only, since a workspace must not see the contacts of another; the other
    settings are else the main ones. A workspace with the main database (`place` is "") has the main settings. Raises
    BadUrl if the main database can have no other beside it.
    """
    if not place:
        return Reading(main, ())
    suffix = "_" + workspace_id
    inherited = {
        name: getattr(main, attribute) for name, attribute in _ATTRIBUTES.items() if name not in _SOURCES
    }
    inherited |= {name: _FIELDS[name].get_default() for name in _SOURCES}
    inherited |= {"database_url": url_beside(main.database_url, place), "slack_bot_token": None}
    secrets, faults = _secrets_in_files(env_file, suffix)
    names = {name.upper() + suffix: name for name in _FIELDS if name not in _OF_THE_PROCESS}
    given: dict[str, Any] = {}
    for source in reversed(_sources(env_file)):
        given |= {names[name]: value for name, value in source.items() if name in names}
    found, invalid = _validate({**inherited, **given, **secrets}, inherited)
    return Reading(found, (*faults, *(_fault(name.upper() + suffix, kind) for name, kind in invalid.items())))


def _validate(given: dict[str, Any], defaults: Mapping[str, Any]) -> tuple[Settings, Mapping[str, str]]:
    """The settings, with the default for each that is invalid; and the kinds of their faults, by name."""
    try:
        return Settings(**given), {}
    except ValidationError as error:
        # One fault per setting: of a list, each entry has its own.
        invalid = {str(fault["loc"][0]): fault["type"] for fault in error.errors(include_input=False)}
    return Settings(**{**given, **{name: defaults[name] for name in invalid}}), invalid


def _fault(name: str, kind: str) -> BadSetting:
    return ShortSecret(name=name, n=SHORTEST_SECRET) if kind == ShortSecret.key else BadSetting(name=name)


def _secrets_in_files(env_file: str | None, suffix: str = "") -> tuple[dict[str, str], list[BadSetting]]:
    """Reads the secrets whose file is named by a setting that ends with FILE: as arguments of Settings, with the faults.

    The environment goes before the `.env` file, whichever of the two names either has. `suffix` ends the names of the
    secrets.
    """
    found: dict[str, str] = {}
    faults: list[BadSetting] = []
    given = _sources(env_file)
    for argument, unsuffixed in _IN_FILES.items():
        name = unsuffixed + suffix
        source = next((each for each in given if name in each or name + FILE in each), {})
        if name + FILE not in source:
            continue
        if name in source:
            faults.append(SetTwice(name=name))
        elif secret := _content(source[name + FILE]):
            found[argument] = secret
        else:
            faults.append(UnreadableFile(name=name + FILE))
    return found, faults


def _sources(env_file: str | None) -> list[dict[str, str]]:
    """What the environment and the `.env` file set, by name in capitals; the environment goes first."""
    sources: list[Mapping[str, str | None]] = [os.environ, dotenv_values(env_file) if env_file else {}]
    return [{name.upper(): value for name, value in source.items() if value} for source in sources]


def _content(path: str) -> str:
    """The text in the file without the spaces around it; "" if it can't be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST_FILE).decode("utf-8-sig").strip()
    except (OSError, ValueError):
        return ""


_ATTRIBUTES = {str(field.validation_alias or name): name for name, field in Settings.model_fields.items()}
_FIELDS = {name: Settings.model_fields[attribute] for name, attribute in _ATTRIBUTES.items()}
# What the process has once, whatever workspaces it serves.
_OF_THE_PROCESS = frozenset(
    name
    for name, attribute in _ATTRIBUTES.items()
    if attribute.startswith("slack_")
    or attribute in ("token_key", "database_url", "host", "port", "proxies", "public_url")
    or attribute in ("metrics_token", "log_format", "workspace")
)
# Where contacts and bounces come from.
_SERVICES = ("ses", "sendgrid", "postmark", "mailgun", "brevo", "resend", "mailtrap", "postal", "mailchimp")
_SOURCES = frozenset(
    name
    for name, attribute in _ATTRIBUTES.items()
    if attribute.partition("_")[0] in _SERVICES
    or attribute in ("provider_url", "bounce_secret", "imap_url", "return_path_key")
)
_IN_FILES = {
    name: name.upper()
    for name, field in _FIELDS.items()
    if SecretStr in get_args(field.annotation) or name == "database_url"  # its password
}


def _too_short() -> PydanticCustomError:
    return PydanticCustomError(ShortSecret.key, "too short")
