"""A PostgreSQL of a test's own, to be stopped, restarted and frozen: the embedded one, through its processes."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from models.migrate import migrate
from server.database import opened
from server.embedded import sockets, start
from server.settings import load_settings
from tests.processes import children, parent, runs, until


@dataclass(frozen=True)
class OwnPostgres:
    """A server in a folder, and its keeper, which starts it again whenever it ends."""

    folder: Path
    url: str

    @property
    def postmaster(self) -> int:
        return int((self.folder / "cluster" / "postmaster.pid").read_text().split()[0])

    def begun(self) -> bool:
        """Tell whether there is a server, ready or not."""
        file = self.folder / "cluster" / "postmaster.pid"
        return file.exists() and file.stat().st_size > 0

    def restart(self) -> None:
        """End it in the way that an administrator does, cutting every session; it comes back by itself."""
        before = self.postmaster
        os.kill(before, signal.SIGINT)
        until(lambda: not runs(before))

    @contextmanager
    def gone(self) -> Iterator[None]:
        """Away for as long as the body runs."""
        postmaster = self.postmaster
        keeper = parent(postmaster)
        os.kill(keeper, signal.SIGSTOP)
        try:
            os.kill(postmaster, signal.SIGINT)
            until(lambda: not runs(postmaster))
            yield
        finally:
            os.kill(keeper, signal.SIGCONT)
        self.until_back()

    def until_back(self) -> None:
        """Until it takes sessions."""
        [place] = parse_qs(urlsplit(self.url).query)["host"]
        until(lambda: sockets.answers(Path(place)))

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """All its processes stand still: it takes connections and says nothing, like a machine that hangs."""
        postmaster = self.postmaster
        stopped = [postmaster, *children(postmaster)]
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in reversed(stopped):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)


@contextmanager
def own_postgres(folder: Path) -> Iterator[OwnPostgres]:
    """One that is up, without any schema."""
    with start(folder, fsync=False) as embedded:
        yield OwnPostgres(folder.resolve(), embedded.url)


async def prepare(url: str) -> None:
    """Bring the schema about."""
    async with opened(url, load_settings(database_url=url)):
        await migrate()
