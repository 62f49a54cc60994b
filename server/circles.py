"""What reading a document leaves behind: its tokens and the visitors that validated it hold each other in circles.

The collector comes by them late, as answers leave none and it need not look often. Those who write values into their
texts would make a process grow by megabytes meanwhile.
"""

import asyncio
import gc

from executor.documents import Documents

SECONDS = 1.0
MANY = 100
"""So many documents were read since, or it is not worth a look."""


async def collected(documents: Documents) -> None:
    """Collect what they leave now and then, until cancelled."""
    read = documents.misses
    while True:
        await asyncio.sleep(SECONDS)
        if documents.misses - read >= MANY:
            read = documents.misses
            gc.collect()
