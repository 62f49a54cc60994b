"""Where customers are: how often, which words name their companies, what they pay in, when they work."""

from typing import NamedTuple


class Country(NamedTuple):
    """A country with its share of the customers (weight)."""

    code: str
    weight: int
    language: str
    legal_forms: tuple[str, ...]
    currency: str
    utc_offset: int


COUNTRIES = (
    Country("US", 27, "en", ("Inc.", "LLC", "Corp.", "Group"), "USD", -6),
    Country("GB", 13, "en", ("Ltd", "plc", "Group"), "GBP", 0),
    Country("DE", 12, "de", ("GmbH", "AG", "GmbH & Co. KG", "SE"), "EUR", 1),
    Country("FR", 7, "fr", ("SARL", "SAS", "SA"), "EUR", 1),
    Country("CA", 5, "en", ("Inc.", "Ltd."), "CAD", -5),
    Country("NL", 4, "nl", ("B.V.", "N.V."), "EUR", 1),
    Country("AU", 4, "en", ("Pty Ltd", "Ltd"), "AUD", 10),
    Country("ES", 4, "es", ("S.L.", "S.A."), "EUR", 1),
    Country("IT", 4, "it", ("S.r.l.", "S.p.A."), "EUR", 1),
    Country("CH", 3, "de", ("AG", "GmbH"), "CHF", 1),
    Country("PL", 3, "pl", ("Sp. z o.o.", "S.A."), "PLN", 1),
    Country("SE", 3, "nordic", ("AB",), "SEK", 1),
    Country("BE", 2, "fr", ("SA", "SRL"), "EUR", 1),
    Country("AT", 2, "de", ("GmbH", "AG"), "EUR", 1),
    Country("NO", 2, "nordic", ("AS", "ASA"), "NOK", 1),
    Country("DK", 1, "nordic", ("A/S", "ApS"), "DKK", 1),
    Country("IE", 1, "en", ("Ltd", "DAC"), "EUR", 0),
    Country("MX", 2, "es", ("S.A. de C.V.",), "MXN", -6),
    Country("BR", 2, "pt", ("Ltda.", "S.A."), "BRL", -3),
    Country("PT", 1, "pt", ("Lda.", "S.A."), "EUR", 0),
    Country("JP", 2, "ja", ("K.K.", "G.K."), "JPY", 9),
)

# What a US dollar costs, near enough for price lists.
RATES = {
    "USD": 1.0,
    "GBP": 0.78,
    "EUR": 0.92,
    "CAD": 1.37,
    "AUD": 1.52,
    "CHF": 0.88,
    "PLN": 3.95,
    "SEK": 10.5,
    "NOK": 10.8,
    "DKK": 6.86,
    "MXN": 18.2,
    "BRL": 5.4,
    "JPY": 150.0,
}
