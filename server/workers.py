"""Several processes that serve from one socket, and the one that keeps them going."""

import logging
import os
import signal
from multiprocessing import parent_process
from socket import socket
from threading import Thread

from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

log = logging.getLogger("partnerhub.workers")


class Worker(Process):
    """One process."""

    def start(self) -> None:
        super().start()
        self.child_conn.close()  # its own copy alone is left, so that its end is known at once

    def target(self, sockets: list[socket] | None = None) -> None:
        Thread(target=_end_with_parent, daemon=True).start()
        super().target(sockets)


def _end_with_parent() -> None:
    """Nobody would replace or end a worker whose parent was killed, and it would keep the port from a new one."""
    parent = parent_process()
    assert parent
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


class Workers(Multiprocess):
    """Uvicorn's, which gives up when a process cannot start. Here that is so until all have served: later on
    it is the database that is away, and whoever is replaced meanwhile is tried again until it is back."""

    served = False
    """Whether all have been ready at once."""

    def init_processes(self) -> None:
        self.processes = [self._started() for _ in range(self.processes_num)]

    def keep_subprocess_alive(self) -> None:
        patience = self.config.timeout_worker_healthcheck
        for place, process in enumerate(self.processes):
            if process.is_alive(timeout=patience):
                continue
            process.kill()  # it may hang
            process.join()
            if self.should_exit.is_set():
                return
            if process.exitcode == STARTUP_FAILURE and not self.served:
                self.should_exit.set()
                return
            log.warning("worker %s ended with %s, another takes its place", process.pid, process.exitcode)
            self.processes[place] = self._started()
        if not self.served and all(process.is_ready(timeout=patience) for process in self.processes):
            self.served = True
            log.info("all %d workers serve", len(self.processes))

    def terminate_all(self) -> None:
        for listening in self.sockets:
            listening.close()  # or clients would go on to connect, and wait for nobody
        super().terminate_all()

    def _started(self) -> Worker:
        worker = Worker(self.config, self.sockets)
        worker.start()
        return worker
