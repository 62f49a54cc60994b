"""How the embedded server is set: for a laptop of two cores, and for containers with little /dev/shm."""

import os
import shutil
from pathlib import Path

USER = "partnerhub"
DATABASE = "partnerhub"
PORT = 5432  # only a part of the socket's name: nothing listens on TCP

MEGABYTE = 1 << 20
ROOMY = 512 * MEGABYTE
SHM = Path("/dev/shm")


def settings(*, fsync: bool) -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEGABYTE
    # Parallel queries share memory there, and fail where a container gives 64 MB.
    cramped = SHM.is_dir() and shutil.disk_usage(SHM).free < ROOMY
    return {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{max(16, min(256, memory // 8))}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": "256MB",
        "dynamic_shared_memory_type": "mmap" if cramped else "posix",
        # No replica reads the log, so COPY into a new table need not write it.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "fsync": "on" if fsync else "off",
        "full_page_writes": "on" if fsync else "off",
        "synchronous_commit": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        # A query whose command was killed ends, instead of running on for nobody.
        "client_connection_check_interval": "2s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
    }
