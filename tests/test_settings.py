"""Settings: where they come from, which one wins, and that each is documented."""

from pathlib import Path

import pytest
from annotated_types import Ge
from pydantic.fields import FieldInfo

from server.reference import page
from server.settings import Settings, SettingsError, load_settings

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder without settings."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PARTNERHUB_{name.upper()}", raising=False)
    return tmp_path


def test_the_environment_then_env_file_then_flags_the_last_one_winning(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().port == 8000
    monkeypatch.setenv("PARTNERHUB_PORT", "8001")
    assert load_settings().port == 8001
    (folder / ".env").write_text("PARTNERHUB_PORT=8002\n")
    assert load_settings().port == 8002
    assert load_settings(port=8003).port == 8003
    assert load_settings(port=None).port == 8002


def test_an_empty_value_counts_as_not_given(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNERHUB_HOST", "0.0.0.0")
    (folder / ".env").write_text("PARTNERHUB_JWKS_URL=\nPARTNERHUB_HOST=\n")
    assert load_settings().jwks_url is None
    assert load_settings().host == "0.0.0.0"


def test_an_empty_flag_counts_as_not_given(folder: Path) -> None:
    assert load_settings(host="").host == "127.0.0.1"


def test_what_is_not_ours_in_the_env_file_is_left_alone(folder: Path) -> None:
    (folder / ".env").write_text("DATABASE_URL=mysql://elsewhere/shop\nPARTNERHUB_PORT=8002\n")
    assert load_settings().port == 8002
    assert load_settings().database_url is None


def test_thresholds_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNERHUB_EXPIRING_SOON_DAYS", "45")
    monkeypatch.setenv("PARTNERHUB_SIZE_BANDS", "[1, 100]")
    policy = load_settings().policy
    assert (policy.expiring_soon_days, policy.size_bands) == (45, (1, 100))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PORT", "many", "PARTNERHUB_PORT: Input should be a valid integer"),
        ("PORT", "70000", "PARTNERHUB_PORT: Input should be less than or equal to 65535"),
        ("WORKERS", "0", "PARTNERHUB_WORKERS: Input should be greater than or equal to 1"),
        ("DATABASE_URL", "mysql://host/name", "PARTNERHUB_DATABASE_URL: "),
        ("LOG_LEVEL", "loud", "PARTNERHUB_LOG_LEVEL: "),
        ("SIZE_BANDS", "1,50", "PARTNERHUB_SIZE_BANDS: give a JSON list"),
        (
            "CORS_ORIGINS",
            "https://portal.example",
            'PARTNERHUB_CORS_ORIGINS: give a JSON list, such as [1, 2] or ["a", "b"]',
        ),
        ("SIZE_BANDS", '[1,"x"]', "PARTNERHUB_SIZE_BANDS (item 1): "),
        (
            "SIZE_BANDS",
            "[-1,50]",
            "PARTNERHUB_SIZE_BANDS (item 0): Input should be greater than or equal to 0",
        ),
        ("SIZE_BANDS", "[50,1]", "PARTNERHUB_SIZE_BANDS: Value error, each number has to be larger"),
        ("SIZE_BANDS", "[1,1]", "PARTNERHUB_SIZE_BANDS: Value error, each number has to be larger"),
        ("USAGE_VOLUME_LIMITS", "[50,10]", "PARTNERHUB_USAGE_VOLUME_LIMITS: Value error, each number"),
        ("REQUEST_TIMEOUT_SECONDS", "0", "PARTNERHUB_REQUEST_TIMEOUT_SECONDS: "),
        ("REQUEST_TIMEOUT_SECONDS", "inf", "PARTNERHUB_REQUEST_TIMEOUT_SECONDS: Input should be less"),
        ("REQUEST_TIMEOUT_SECONDS", "1e300", "PARTNERHUB_REQUEST_TIMEOUT_SECONDS: Input should be less"),
        ("CALL_RETENTION_MONTHS", "30000", "PARTNERHUB_CALL_RETENTION_MONTHS: Input should be less"),
        ("LAUNCH_URL", "https://x/{nope}", "PARTNERHUB_LAUNCH_URL: Value error, of what stands in braces"),
        ("LAUNCH_URL", "https://x/{id", "PARTNERHUB_LAUNCH_URL: Value error, of what stands in braces"),
        ("LAUNCH_URL", "javascript:{id}", "PARTNERHUB_LAUNCH_URL: Value error, URL scheme should be"),
        ("JWKS_URL", "id.example/keys", "PARTNERHUB_JWKS_URL: Value error, Input should be a valid URL"),
        ("JWKS_URL", "ftp://id.example/keys", "PARTNERHUB_JWKS_URL: Value error, URL scheme should be"),
        ("OTLP_ENDPOINT", "http://", "PARTNERHUB_OTLP_ENDPOINT: Value error, Input should be a valid URL"),
    ],
)
@pytest.mark.parametrize("from_file", [False, True])
def test_a_bad_value_is_refused_by_its_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str, from_file: bool
) -> None:
    if from_file:
        (folder / ".env").write_text(f"PARTNERHUB_{name}={value}\n")
    else:
        monkeypatch.setenv(f"PARTNERHUB_{name}", value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    (line,) = refused.value.args
    assert line.startswith(reason)
    assert "\n" not in line


def least_of(field: FieldInfo) -> list[int]:
    """Each least value that is declared for it."""
    return [limit.ge for limit in field.metadata if isinstance(limit, Ge) and isinstance(limit.ge, int)]


NUMBERS = {name: field for name, field in Settings.model_fields.items() if field.annotation in (int, float)}


@pytest.mark.parametrize("name", NUMBERS)
def test_every_number_has_its_limits(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for value in ("-1", "1" + "0" * 300, "inf", "nan"):
        monkeypatch.setenv(f"PARTNERHUB_{name.upper()}", value)
        with pytest.raises(SettingsError, match=rf"^PARTNERHUB_{name.upper()}: "):
            load_settings()


LEAST = {name: max(limits) for name, field in NUMBERS.items() if (limits := least_of(field))}


@pytest.mark.parametrize("name", LEAST)
def test_no_number_is_below_its_least(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"PARTNERHUB_{name.upper()}", str(LEAST[name] - 1))
    with pytest.raises(SettingsError, match=rf"^PARTNERHUB_{name.upper()}: Input should be greater"):
        load_settings()


def test_all_bad_values_are_told_at_once(folder: Path) -> None:
    (folder / ".env").write_text("PARTNERHUB_PORT=x\nPARTNERHUB_WORKERS=x\n")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert len(refused.value.args) == 2


def test_an_env_file_in_another_encoding_is_refused(folder: Path) -> None:
    (folder / ".env").write_bytes("PARTNERHUB_HOST=Zürich\n".encode("latin-1"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        load_settings()


def test_every_setting_is_documented() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text()
    assert documented == page(), "docs/settings.md is behind: run make fix"
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no description"
        assert f"| `PARTNERHUB_{name.upper()}` |" in documented
