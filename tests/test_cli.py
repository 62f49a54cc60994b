"""The command line, as processes: what each command prints, what it says when it cannot do its work, how it ends."""

import asyncio
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from typer.testing import CliRunner

from server.command_line import COMMANDS, build
from tests import office
from tests.conftest import Postgres
from tests.server import command, environment


@pytest.fixture(scope="module")
async def database(database_url: str) -> str:
    await office.fill(database_url)
    await office.fill(database_url, "Neighbour")
    return database_url


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="module")
def env(database: str, folder: Path) -> dict[str, str]:
    return environment(database, folder)


def refused(*arguments: str, env: dict[str, str], cwd: Path, status: int = 1) -> str:
    """What a command that cannot do its work says: lines on stderr, no traceback, nothing on stdout."""
    done = command(*arguments, env=env, cwd=cwd, check=False)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    if status == 1:
        assert done.stderr.strip() and all(line.strip() for line in done.stderr.splitlines())
    return done.stderr


def named(url: str, **parts: str) -> str:
    return urlunsplit(urlsplit(url)._replace(**parts))


# ---- each command ---------------------------------------------------------------------------------


def test_help_names_every_command_and_each_explains_itself(tmp_path: Path) -> None:
    env = environment(None, tmp_path)
    overview = command("--help", env=env, cwd=tmp_path).stdout
    assert [name for name in COMMANDS if f"│ {name} " not in overview] == []
    for name in COMMANDS:
        done = CliRunner().invoke(build([name]), [name, "--help"], prog_name="partnerhub")
        assert (done.exit_code, f"partnerhub {name}" in done.stdout) == (0, True)
    assert not list(tmp_path.iterdir()), "to ask for help must not make anything"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["serve", "--nonsense"],
        ["serve", "--port", "many"],
        ["serve", "--port", "70000"],
        ["serve", "--workers", "0"],
        ["serve", "--workers", "1001"],
        ["demo", "--customers", "0"],
        ["import"],
        ["import", ""],
        *(
            ["import", "tags.csv", "--partner", name]
            for name in ("", " ", " P", "P\t", "a\nb", "a\x1b[31m", "x" * 301)
        ),
        ["import", "tags.csv", "--partner", "\udcff"],
        ["rebuild", "--partner", "\udcff"],
        ["token", "a\udcff@b"],
        ["token", office.FULL, "--partner", "\udcff"],
        ["token"],
        ["token", office.FULL, "--ttl", "forever"],
        ["token", office.FULL, "--ttl", "0h"],
        ["token", office.FULL, "--ttl", "-8h"],
        ["token", office.FULL, "--ttl", "3651d"],
        [],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    done = CliRunner().invoke(build(arguments), arguments)
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_wrong_usage_of_the_process_ends_with_2(env: dict[str, str], folder: Path) -> None:
    refused("token", office.FULL, "--ttl", "forever", env=env, cwd=folder, status=2)
    for arguments in (("token", "a\udcff@b"), ("import", ".", "--partner", "\udcff")):  # the byte 0xff
        assert "is not UTF-8" in refused(*arguments, env=env, cwd=folder, status=2)


def test_a_name_is_printed_as_it_is(fresh_database_url: str, tmp_path: Path) -> None:
    (tmp_path / "tags.csv").write_text("name,description\nvip,\n")
    env = environment(fresh_database_url, tmp_path)
    for arguments in (("import", "tags.csv", "--partner", "[red]Inc[/x]"), ("rebuild",)):
        assert "[red]Inc[/x]" in command(*arguments, env=env, cwd=tmp_path).stdout


def test_a_name_is_printed_where_not_all_letters_can_be(fresh_database_url: str, tmp_path: Path) -> None:
    (tmp_path / "tags.csv").write_text("name,description\nMine,\n")
    env = environment(fresh_database_url, tmp_path, PYTHONIOENCODING="ascii")
    done = command("import", "tags.csv", "--partner", "Zürich", env=env, cwd=tmp_path)
    assert "Imported for Z\\xfcrich" in done.stdout
    assert command("rebuild", env=env, cwd=tmp_path).stdout.endswith("of Z\\xfcrich.\n")


def test_counts_are_whole_in_a_narrow_terminal(fresh_database_url: str, tmp_path: Path) -> None:
    (tmp_path / "tags.csv").write_text("name,description\n" + "".join(f"{n},\n" for n in range(12345)))
    env = environment(fresh_database_url, tmp_path, COLUMNS="20")
    done = command("import", "tags.csv", "--partner", "P", env=env, cwd=tmp_path)
    assert done.stdout.split()[3:] == [
        *("table", "inserted", "updated", "unchanged", "rejected", "read"),
        *("tags", "12345", "0", "0", "0", "12345"),
    ]


def test_the_schema_is_the_one_that_is_kept(tmp_path: Path) -> None:
    done = command("schema", env=environment(None, tmp_path), cwd=tmp_path)
    assert "schema {" in done.stdout and "type Query" in done.stdout


def test_the_version_is_a_version(tmp_path: Path) -> None:
    done = command("version", env=environment(None, tmp_path), cwd=tmp_path)
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*\n", done.stdout)


def test_a_token_stands_alone_on_stdout(env: dict[str, str], folder: Path) -> None:
    done = command("token", office.FULL.upper(), "--partner", office.PARTNER, env=env, cwd=folder)
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", done.stdout)
    assert done.stderr == ""


def test_no_token_for_whom_it_would_not_let_in(env: dict[str, str], folder: Path) -> None:
    for arguments, reason in (
        (("nobody@office.example",), "there is no partner admin nobody@office.example"),
        ((office.FULL,), "several partners; name one by --partner: Neighbour, Office"),
        ((office.FULL, "--partner", "Nowhere"), f"there is no partner admin {office.FULL} of Nowhere"),
        ((office.INACTIVE, "--partner", office.PARTNER), "not active"),
        ((office.ROLELESS, "--partner", office.PARTNER), "no role"),
    ):
        assert reason in refused("token", *arguments, env=env, cwd=folder)


def test_migrate_may_be_run_again(postgres: Postgres, tmp_path: Path) -> None:
    name = postgres.create()
    env = environment(postgres.named(name), tmp_path)
    first = command("migrate", env=env, cwd=tmp_path)
    assert "applied 0001_initial" in first.stdout
    second = command("migrate", env=env, cwd=tmp_path)
    assert second.stdout == "The schema is up to date.\n"
    postgres.drop(name)


# ---- what can be wrong ----------------------------------------------------------------------------


def test_a_database_that_cannot_be_used_is_told_in_one_line(
    postgres: Postgres, database: str, tmp_path: Path
) -> None:
    empty = postgres.create()
    user = urlsplit(database).username
    for url, reason in (
        ("postgres://nobody@127.0.0.1:1/none", "the database cannot be reached: "),
        (named(database, path="/no_such_database"), "no_such_database"),
        (named(database, netloc="nobody:wrong@"), "the database cannot be reached"),
        (postgres.named(empty), "run `partnerhub migrate`"),
        ("mysql://host/name", "PARTNERHUB_DATABASE_URL"),
        (f"postgres://{user}@localhost:99999/x", "the database cannot be reached"),
        ("postgres://user@[::1/x", "PARTNERHUB_DATABASE_URL"),
    ):
        said = refused("token", office.FULL, env=environment(url, tmp_path), cwd=tmp_path)
        assert reason in said
        assert len(said.splitlines()) == 1
    behind = refused("serve", "--port", "0", env=environment(postgres.named(empty), tmp_path), cwd=tmp_path)
    assert re.fullmatch(
        r"the database's schema is behind \(\d+ to apply\): run `partnerhub migrate`\n", behind
    )
    postgres.drop(empty)


def test_a_migration_that_fails_is_told_in_one_line(postgres: Postgres, tmp_path: Path) -> None:
    name = postgres.create()
    asyncio.run(office.run_sql(postgres.named(name), "CREATE TABLE calls (id int)"))  # in the way
    said = refused("migrate", env=environment(postgres.named(name), tmp_path), cwd=tmp_path)
    assert said == 'relation "calls" already exists\n'
    postgres.drop(name)


async def test_a_schema_of_a_newer_version_is_left_alone(fresh_database_url: str, tmp_path: Path) -> None:
    row = "('models', '9999_later', now())"
    await office.run_sql(
        fresh_database_url, f"INSERT INTO tortoise_migrations (app, name, applied_at) VALUES {row}"
    )
    env = environment(fresh_database_url, tmp_path)
    for arguments in (("serve", "--port", "0"), ("migrate",)):
        assert "newer partnerhub (9999_later)" in refused(*arguments, env=env, cwd=tmp_path)


def test_bad_settings_are_told_by_name(env: dict[str, str], tmp_path: Path) -> None:
    assert "PARTNERHUB_PORT: " in refused("serve", env=env | {"PARTNERHUB_PORT": "x"}, cwd=tmp_path)
    (tmp_path / ".env").write_text("PARTNERHUB_LOG_LEVEL=loud\nPARTNERHUB_WORKERS=none\n")
    said = refused("token", office.FULL, env=env, cwd=tmp_path)
    assert "PARTNERHUB_LOG_LEVEL: " in said and "PARTNERHUB_WORKERS: " in said


def test_a_port_that_is_taken_is_told(env: dict[str, str], folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        said = refused("serve", "--port", port, env=env, cwd=folder)
    assert said == f"cannot listen on 127.0.0.1:{port}: Address already in use; try another --port\n"


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
def test_a_host_that_is_not_here_is_told(env: dict[str, str], folder: Path, host: str) -> None:
    said = refused("serve", "--host", host, "--port", "0", env=env, cwd=folder)
    assert said.startswith(f"cannot listen on {host}:0: ") and said.endswith("; try another --host\n")


def test_a_data_folder_that_cannot_be_made_is_told(database: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for url in (None, database):
        env = environment(url, tmp_path / "file" / "data")
        refused("token", office.FULL, "--partner", office.PARTNER, env=env, cwd=tmp_path)


def test_a_spoilt_key_is_told(database: str, tmp_path: Path) -> None:
    (tmp_path / "token-key.json").write_text("{}")
    env = environment(database, tmp_path)
    said = refused("token", office.FULL, "--partner", office.PARTNER, env=env, cwd=tmp_path)
    assert "token-key.json holds no key" in said


def test_an_import_of_nothing_is_told(env: dict[str, str], folder: Path) -> None:
    refused("import", "no-such-folder", "--partner", "New", env=env, cwd=folder)
    said = refused("import", str(folder), env=env, cwd=folder)
    assert "several partners" in said
