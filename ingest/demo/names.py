"""Company names that sound right where they are, each once."""

from itertools import count
from random import Random

from ingest.demo.countries import Country
from ingest.demo.words import WORDS


class Names:
    """Gives names and remembers the given ones."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def company(self, rng: Random, country: Country) -> tuple[str, str]:
        """A name not given before, and the industry it tells."""
        name, industry = self._short(rng, country)
        for attempt in count(2):
            if name not in self._given:
                break
            name, industry = self._long(rng, country)
            if attempt > 20:
                name = f"{name} {attempt}"
        self._given.add(name)
        return name, industry

    def _short(self, rng: Random, country: Country) -> tuple[str, str]:
        words = WORDS[country.language]
        form = rng.choice(country.legal_forms)
        pattern = rng.random()
        if pattern < 0.14:
            body, industry = rng.choice(words.bodies)
            return body.format(rng.choice(words.places)), industry
        if pattern < 0.26:
            first, second = rng.sample(words.surnames, 2)
            return f"{first} & {second} {form}", rng.choice(("Legal services", "Professional services"))
        trade, industry = rng.choice(words.trades)
        return f"{rng.choice(words.surnames if pattern < 0.7 else words.places)} {trade} {form}", industry

    def _long(self, rng: Random, country: Country) -> tuple[str, str]:
        words = WORDS[country.language]
        trade, industry = rng.choice(words.trades)
        surname, place = rng.choice(words.surnames), rng.choice(words.places)
        return f"{surname} {trade} {place} {rng.choice(country.legal_forms)}", industry
