"""PostgreSQL in a folder: started with the first command that needs it, stopped after the last one."""

import sys

from server.embedded.errors import EmbeddedError

if sys.platform == "win32":
    from server.embedded.windows import Embedded, start
else:
    from server.embedded.handle import Embedded, start

__all__ = ["Embedded", "EmbeddedError", "start"]
