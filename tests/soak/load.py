"""Clients of every kind, good and bad, whose answers are compared with what was answered before."""

import asyncio
import contextlib
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"
"""There is no other that this load is ever put on."""
PATIENCE = 60.0
PASSING = {"UNAVAILABLE", "TIMEOUT", "OVERLOADED"}
"""Codes that say: ask again."""
TOO_LARGE = "{ " + " ".join(f"a{n}: __typename" for n in range(100)) + " }"


@dataclass(frozen=True)
class Question:
    """An operation as one admin asks it."""

    name: str
    body: bytes
    token: str


@dataclass
class Answer:
    status: int
    body: dict[str, Any]

    @property
    def content(self) -> tuple[int, Any, Any]:
        """What has to be the same each time; what it cost need not."""
        return self.status, self.body.get("data"), self.body.get("errors")

    @property
    def codes(self) -> set[str]:
        return {error["extensions"]["code"] for error in self.body.get("errors", [])}


class Line:
    """A connection that is kept, and made anew when it was lost."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, question: Question) -> Answer:
        """Raises OSError and the like when the connection is lost."""
        try:
            async with asyncio.timeout(PATIENCE):
                reader = await self._send(question)
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.lower().split(b"\r\n")
                length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
                body = await reader.readexactly(length)
        except BaseException:
            self.close()
            raise
        if b"connection: close" in lines:
            self.close()
        return Answer(int(head.split()[1]), json.loads(body))

    async def abandon(self, question: Question, seconds: float) -> None:
        """Ask, and go away before the answer, or in the middle of it."""
        try:
            await self._send(question)
            await asyncio.sleep(seconds)
        finally:
            self.close()

    def close(self) -> None:
        if self._ends:
            self._ends[1].close()
            self._ends = None

    async def _send(self, question: Question) -> asyncio.StreamReader:
        if self._ends is None:
            self._ends = await asyncio.open_connection(HOST, self._port, limit=1 << 24)
        reader, writer = self._ends
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {question.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(question.body)}\r\n\r\n"
        )
        writer.write(head.encode() + question.body)
        await writer.drain()
        return reader


LOST = (OSError, EOFError, asyncio.LimitOverrunError)


@dataclass
class Load:
    """So many clients, each with one request at a time, until told to stop."""

    port: int
    questions: dict[Question, tuple[int, Any, Any]]
    """With what each was answered before."""
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    restarting: bool = False
    over: bool = False

    async def run(self, clients: int, chance: random.Random) -> None:
        await asyncio.gather(*(self._client(random.Random(chance.random())) for _ in range(clients)))

    async def _client(self, chance: random.Random) -> None:
        line = Line(self.port)
        questions = list(self.questions)
        while not self.over:
            question = chance.choice(questions)
            began = self.restarting
            try:
                draw = chance.random()
                if draw < 0.06:
                    await line.abandon(question, chance.expovariate(1 / 0.02))
                    self.counts["disconnected"] += 1
                elif draw < 0.10:
                    await self._bad_token(line, question, chance)
                elif draw < 0.14:
                    await self._too_large(line, question, began)
                else:
                    self._judge(question, await line.ask(question), began)
            except TimeoutError:
                self._fault(f"{question.name}: no answer within {PATIENCE:g} seconds")
            except LOST as error:
                self._fault(f"{question.name}: lost the connection: {error!r}")
        line.close()

    def _judge(self, question: Question, answer: Answer, restarting: bool) -> None:
        if answer.content == self.questions[question]:
            self.counts["right"] += 1
        elif answer.codes and answer.codes <= PASSING and (restarting or self.restarting):
            self.counts["refused while the database restarted"] += 1
        elif answer.codes and answer.codes <= PASSING - {"UNAVAILABLE"}:
            self.counts["refused as too busy"] += 1
        else:
            self._fault(f"{question.name}: another answer: {answer.status} {json.dumps(answer.body)[:300]}")

    async def _bad_token(self, line: Line, question: Question, chance: random.Random) -> None:
        token = list(question.token)
        place = chance.randrange(len(token) - 43, len(token) - 3)  # in the signature
        token[place] = "A" if token[place] != "A" else "B"
        answer = await line.ask(Question(question.name, question.body, "".join(token)))
        self._expect("bad tokens refused", answer, 401, "UNAUTHENTICATED")

    async def _too_large(self, line: Line, question: Question, restarting: bool) -> None:
        body = json.dumps({"query": TOO_LARGE}).encode()
        answer = await line.ask(Question("too large", body, question.token))
        if (restarting or self.restarting) and answer.codes and answer.codes <= PASSING:
            self.counts["refused while the database restarted"] += 1
        else:
            self._expect("too large ones refused", answer, 200, "QUERY_TOO_COMPLEX")

    def _expect(self, what: str, answer: Answer, status: int, code: str) -> None:
        if (answer.status, answer.codes) == (status, {code}):
            self.counts[what] += 1
        elif answer.codes and answer.codes <= PASSING - {"UNAVAILABLE"}:
            self.counts["refused as too busy"] += 1
        else:
            self._fault(f"{what}: {answer.status} {json.dumps(answer.body)[:300]}")

    def _fault(self, what: str) -> None:
        self.counts["faults"] += 1
        if len(self.faults) < 20:
            self.faults.append(what)


async def recovered(port: int, questions: dict[Question, tuple[int, Any, Any]]) -> float:
    """When it was that ten answers in a row began to be right, each on a connection of its own."""
    asked = sorted(questions, key=lambda question: question.name)
    right, since = 0, time.monotonic()
    while right < 10:
        question = asked[right % len(asked)]
        line = Line(port)
        answer = None
        with contextlib.suppress(*LOST):
            answer = await line.ask(question)
        line.close()
        if answer and answer.content == questions[question]:
            right += 1
        else:
            await asyncio.sleep(0.02)
            right, since = 0, time.monotonic()
    return since
