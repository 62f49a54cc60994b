"""Settings: from the environment (`PARTNERHUB_…`), a `.env` file and command line flags, the last one winning."""

from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, HttpUrl, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as PydanticSettingsError

from kpis.policy import Number, Policy
from models.enums import PartnerRole

WORKERS = "_PARTNERHUB_WORKERS"
"""Where a worker reads how many they are, whatever flag or file said so to the command that started them."""


class SettingsError(Exception):
    """A setting that cannot be used: one line that names it."""


def _http_url(value: str) -> str:
    """As it was given: pydantic's own type would write it anew."""
    try:
        HttpUrl(value)
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"]) from None
    return value


Seconds = Annotated[float, Field(le=86_400)]
Cost = Annotated[int, Field(le=10**18)]
Address = Annotated[str, AfterValidator(_http_url)]


class Settings(Policy, BaseSettings):
    """Everything that can be set, with its default. The thresholds of `Policy` are settings as well."""

    model_config = SettingsConfigDict(
        env_prefix="PARTNERHUB_",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,  # `PARTNERHUB_JWKS_URL=` says that there is none
        extra="ignore",
        frozen=True,
    )

    database_url: str | None = Field(
        None,
        pattern="^postgres(ql)?://",
        description="`postgres://user:password@host:port/database`, PostgreSQL 15 or newer."
        " Unset: the embedded PostgreSQL in the data folder.",
    )
    data_dir: Path = Field(
        Path(".partnerhub"), description="The folder of the embedded database and the local key."
    )
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on.")
    workers: int = Field(1, ge=1, le=1000, description="How many processes serve.")
    database_connections: int = Field(
        10, ge=1, le=10_000, description="The most database connections of a process."
    )
    database_wait_seconds: Seconds = Field(
        10.0, gt=0, description="How long a statement waits for one of them to be free."
    )
    database_read_only: bool = Field(
        False,
        description="Whether a standby, or a database that is read-only otherwise, is served, without changes."
        " If not, such a one is not ready.",
    )
    jwks_url: Address | None = Field(
        None, description="Where an identity provider publishes its keys. Set: only its tokens are accepted."
    )
    jwks_ttl_seconds: float = Field(
        600.0, gt=0, le=31_536_000, description="How long those keys are good before they are fetched again."
    )
    jwks_pause_seconds: Seconds = Field(
        10.0, ge=0, description="The least time between two fetches, however many unknown keys tokens name."
    )
    jwt_issuer: str = Field("partnerhub", description="The `iss` that a token must carry.")
    jwt_audience: str = Field("partnerhub", description="The `aud` that a token must carry.")
    jwt_email_claim: str = Field("email", description="The claim that names the partner admin, by email.")
    jwt_partner_claim: str = Field("partner", description="The claim that names the partner.")
    cors_origins: tuple[Annotated[str, Field(pattern=r"^(\*|https?://[^/\s*]+)$")], ...] = Field(
        (),
        description="The origins whose pages may ask, by HTTP and WebSocket, such as"
        ' `["https://portal.example"]`; `["*"]` is all of them. Without any, only the service\'s own pages may.',
    )
    default_page_size: int = Field(
        25, ge=1, le=1000, description="Rows of a page when neither first nor last is given."
    )
    maximum_page_size: int = Field(100, ge=1, le=1000, description="The most rows that one page may ask for.")
    analyst_page_size: int = Field(
        100,
        ge=1,
        le=1000,
        description="The same for admins who may VIEW_ANALYTICS, where it is more.",
    )
    maximum_tokens: Number = Field(5000, ge=100, description="The most tokens that a document may have.")
    maximum_depth: Number = Field(
        12, ge=1, description="The deepest that fields may be nested in an operation, introspection left out."
    )
    maximum_fields: Number = Field(
        2000,
        ge=1,
        description="The most fields in an operation, fragments spread out; `__schema` counts 200, `__type` 20.",
    )
    maximum_aliases: Number = Field(
        30, ge=0, description="The most aliases in an operation, fragments spread out."
    )
    maximum_directives: Number = Field(
        10, ge=0, description="The most directives in an operation, fragments spread out."
    )
    maximum_cost: Cost = Field(
        100_000,
        ge=1,
        description="The most that an operation may cost by the sizes it asks for: an object 1, what is summed or"
        " counted 10.",
    )
    admin_cost_capacity: Cost = Field(
        1_000_000,
        ge=1,
        description="How much an admin's operations may cost at once, by what they really cost.",
    )
    admin_cost_per_second: Cost = Field(20_000, ge=1, description="How much of that comes back in a second.")
    partner_cost_capacity: Cost = Field(
        1_000_000, ge=1, description="The same for all admins of a partner together."
    )
    partner_cost_per_second: Cost = Field(
        20_000, ge=1, description="How much of that comes back in a second."
    )
    operations_at_once: Number = Field(
        32, ge=1, description="The most operations that a process runs at once."
    )
    operations_waiting: Number = Field(
        200,
        ge=0,
        description="The most that wait for their turn in a process; beyond, the answer is HTTP 503.",
    )
    registered_documents: Number = Field(
        1000,
        ge=0,
        description="How many documents a process remembers by the hash under which clients registered them"
        " (automatic persisted queries); 0: none.",
    )
    trusted_documents: Path | None = Field(
        None,
        description="A file of documents by name, as relay-compiler and graphql-codegen write it. With it, whatever"
        " else is sent needs one of the next setting's roles.",
    )
    ad_hoc_roles: tuple[PartnerRole, ...] = Field(
        (PartnerRole.PARTNER_FULL_ADMIN,),
        description="With trusted documents: who may send others, GraphiQL included.",
    )
    maximum_errors: Number = Field(
        5, ge=1, description="The most errors that an answer lists; of the rest, it tells how many there are."
    )
    remembered_values: Number = Field(
        200_000,
        ge=0,
        description="How many values of computed KPIs and trends a process remembers until the data changes;"
        " 0 remembers nothing.",
    )
    maximum_body_bytes: Number = Field(
        262_144, ge=1000, description="The largest body that is read, and the largest message of a WebSocket."
    )
    request_timeout_seconds: Seconds = Field(
        10.0, gt=0, description="An operation that takes longer is ended."
    )
    drain_seconds: Seconds = Field(
        0.0,
        ge=0,
        description="How long a process serves on after SIGTERM, while `/readyz` says that it is ending: as long as"
        " whatever sends it requests needs to notice.",
    )
    call_retention_months: int = Field(
        13,
        ge=3,
        le=1200,
        description="How many months call records are kept. Then `partnerhub import` and `partnerhub prune` drop them"
        " by whole weeks; what was counted of them stays.",
    )
    executor: str = Field(
        "compiled",
        pattern="^(compiled|graphql-core)$",
        description="What runs queries: `compiled`, which leaves to graphql-core what it cannot answer, or"
        " `graphql-core` alone, for comparison.",
    )
    introspection: str = Field(
        "everyone",
        pattern="^(everyone|off|[A-Z_]+(,[A-Z_]+)*)$",
        description="Who may ask for the schema, and is told similar names: `everyone` who is signed in, `off`, or the"
        " roles that may: `PARTNER_FULL_ADMIN,PARTNER_READ_ONLY_ADMIN`.",
    )
    graphiql: bool = Field(True, description="Whether a browser that opens `/graphql` gets GraphiQL.")
    launch_url: str = Field(
        "https://admin.webex.com/customers/{id}",
        description="What `launchUrl` opens; `{id}` stands for the customer's ID, and for `own` in `ownOrganization`.",
    )
    otlp_endpoint: Address | None = Field(
        None,
        description="Where traces are sent, by OTLP over HTTP: `http://collector:4318/v1/traces`. Needs"
        " `partnerhub[otel]`. Unset: none are made.",
    )
    trace_share: float = Field(
        1.0,
        ge=0,
        le=1,
        description="The share of requests that is traced, where whoever calls has not decided.",
    )
    log_level: str = Field(
        "info",
        pattern="^(debug|info|warning|error)$",
        description="The least that is logged: `debug`, `info`, `warning` or `error`.",
    )
    log_format: str = Field(
        "auto",
        pattern="^(auto|json|text)$",
        description="How: `json`, an object a line; `text`, for people; `auto`, text on a terminal and else JSON.",
    )
    log_emails: bool = Field(
        False, description="Whether the log names admins by their emails beside their numbers."
    )

    @field_validator("launch_url")
    @classmethod
    def _opens(cls, value: str) -> str:
        filled = value.replace("{id}", "1")
        if {"{", "}"} & set(filled):
            raise ValueError("of what stands in braces, only {id} is known")
        _http_url(filled)
        return value

    @field_validator("introspection")
    @classmethod
    def _roles_exist(cls, value: str) -> str:
        unknown = {*value.split(",")} - {"everyone", "off", *PartnerRole}
        if unknown:
            raise ValueError(f"there is no role {', '.join(sorted(unknown))}")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The strongest first: flags, then `.env`, then the environment."""
        return init_settings, dotenv_settings, env_settings

    @cached_property
    def policy(self) -> Policy:
        return Policy(**{name: getattr(self, name) for name in Policy.model_fields})


def load_settings(**flags: object) -> Settings:
    """The settings in force; flags that are None or empty were not given. Raises SettingsError."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value not in (None, "")})  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError(*(_reason(fault) for fault in error.errors())) from None
    except UnicodeDecodeError:
        raise SettingsError(".env is not UTF-8") from None
    except OSError as error:
        raise SettingsError(f".env cannot be read: {error.strerror}") from None
    except PydanticSettingsError as error:  # a list that is no JSON; the text names the field
        field = str(error).split('"')[1]
        raise SettingsError(
            f'PARTNERHUB_{field.upper()}: give a JSON list, such as [1, 2] or ["a", "b"]'
        ) from None


def _reason(fault: ErrorDetails) -> str:
    name, *place = (str(part) for part in fault["loc"])
    where = f" (item {place[0]})" if place else ""
    return f"PARTNERHUB_{name.upper()}{where}: {fault['msg']}"
