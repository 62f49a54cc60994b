"""The words that company names are made of, by language: all made up here, none taken from a list of companies."""

from typing import NamedTuple


class Words(NamedTuple):
    """Surnames and places, trades and public bodies with their industry."""

    surnames: list[str]
    places: list[str]
    trades: list[tuple[str, str]]
    bodies: list[tuple[str, str]]


def _words(surnames: str, places: str, trades: str, bodies: str) -> Words:
    def pairs(text: str) -> list[tuple[str, str]]:
        return [(word, _INDUSTRIES[sign]) for word, sign in (pair.split(":") for pair in text.split(", "))]

    return Words(surnames.split(", "), places.split(", "), pairs(trades), pairs(bodies))


_INDUSTRIES = {
    "lo": "Logistics",
    "ma": "Manufacturing",
    "co": "Construction",
    "re": "Retail",
    "fi": "Financial services",
    "in": "Insurance",
    "le": "Legal services",
    "he": "Healthcare",
    "ed": "Education",
    "pu": "Public sector",
    "en": "Energy",
    "te": "Technology",
    "me": "Media",
    "ho": "Hospitality",
    "fo": "Food and beverage",
    "ps": "Professional services",
}

WORDS = {
    "en": _words(
        "Hartley, Whitcombe, Marlow, Pemberton, Okafor, Sandoval, Thornbury, Ellison, Fairweather, Gallagher, "
        "Holloway, Iverson, Kendrick, Langford, Maddox, Nakamura, Osborne, Prescott, Quigley, Redfern, Sinclair, "
        "Tennant, Underhill, Vasquez, Wainwright, Yardley, Abernathy, Blackwood, Castellano, Dunmore",
        "Northgate, Riverside, Lakeview, Ashford, Bristow, Cedar Falls, Eastport, Fairmont, Glenbrook, Harborview, "
        "Kingsbridge, Millbrook, Oakridge, Pinecrest, Redwood, Stonehaven, Summit, Westfield, Blue Ridge, Silverton",
        "Logistics:lo, Freight:lo, Manufacturing:ma, Tooling:ma, Builders:co, Homes:co, Outfitters:re, Hardware:re, "
        "Capital:fi, Wealth Partners:fi, Mutual:in, Dental Care:he, Medical Supply:he, Learning:ed, Energy:en, "
        "Solar:en, Software:te, Analytics:te, Media:me, Hotels:ho, Foods:fo, Brewing:fo, Advisory:ps, Design:ps",
        "City of {}:pu, {} County Schools:ed, {} University:ed, {} General Hospital:he, {} Transit Authority:pu",
    ),
    "de": _words(
        "Müller, Schäfer, Köhler, Brandt, Lindemann, Vogt, Hübner, Krämer, Seidel, Böhm, Winkler, Jäger, Pfeiffer, "
        "Großmann, Reinhardt, Ostermann, Thiel, Wegener, Zöllner, Eberle",
        "Nordheim, Lüneburg, Würzburg, Göttingen, Tübingen, Bregenz, Solothurn, Fürstenau, Rosenheim, Celle, "
        "Weißenfels, Görlitz, Alpenblick, Rheintal, Bodensee",
        "Logistik:lo, Spedition:lo, Maschinenbau:ma, Werkzeugbau:ma, Bau:co, Holzbau:co, Möbelhaus:re, Handel:re, "
        "Vermögensverwaltung:fi, Versicherungsmakler:in, Medizintechnik:he, Akademie:ed, Energie:en, Solartechnik:en, "
        "Software:te, Datentechnik:te, Verlag:me, Hotels:ho, Brauerei:fo, Lebensmittel:fo, Beratung:ps",
        "Stadt {}:pu, Universität {}:ed, Klinikum {}:he, Stadtwerke {}:en, Sparverein {}:fi",
    ),
    "fr": _words(
        "Dubois, Lefèvre, Moreau, Girard, Rousseau, Fournier, Mercier, Boucher, Gauthier, Chevalier, Perrin, "
        "Delacroix, Besson, Hébert, Lacombe",
        "Rivière, Montclair, Saint-Aubin, Compiègne, Valmont, Nîmes, Belleville, Besançon, Mézières, Namur, Liège",
        "Logistique:lo, Transports:lo, Mécanique:ma, Bâtiment:co, Distribution:re, Patrimoine:fi, Assurances:in, "
        "Santé:he, Formation:ed, Énergie:en, Informatique:te, Éditions:me, Hôtels:ho, Pâtisserie:fo, Conseil:ps",
        "Ville de {}:pu, Université de {}:ed, Hôpital de {}:he, Société du gaz de {}:en",
    ),
    "es": _words(
        "García, Núñez, Ibáñez, Romero, Castillo, Peña, Mendoza, Ortega, Domínguez, Vargas, Herrera, Salazar, Ríos",
        "Alcántara, Valdemar, León, Cádiz, Monterrubio, Santa Inés, Puerto Nuevo, Montaña, Río Claro, Logroño",
        "Logística:lo, Transportes:lo, Industrias:ma, Construcciones:co, Muebles:re, Inversiones:fi, Seguros:in, "
        "Salud:he, Formación:ed, Energía:en, Sistemas:te, Ediciones:me, Hoteles:ho, Alimentos:fo, Consultores:ps",
        "Ayuntamiento de {}:pu, Universidad de {}:ed, Hospital de {}:he",
    ),
    "it": _words(
        "Bianchi, Conti, Marchetti, Bellini, Ferraro, Galli, Lombardi, Moretti, Pellegrini, Riva, Santoro, Nicolò",
        "Valdarno, Cefalù, Montebello, Rivoli, Lucca, Forlì, Orvieto, Portofino, Trevi, Castelnuovo",
        "Logistica:lo, Meccanica:ma, Costruzioni:co, Arredamenti:re, Patrimoni:fi, Assicurazioni:in, Salute:he, "
        "Formazione:ed, Energia:en, Informatica:te, Editoria:me, Alberghi:ho, Alimentari:fo, Consulenza:ps",
        "Comune di {}:pu, Università di {}:ed, Ospedale di {}:he",
    ),
    "nl": _words(
        "De Vries, Van Dijk, Bakker, Visser, Meijer, Mulder, De Graaf, Kuipers, Van der Linden, Hoekstra, Brouwer",
        "Zuiderhaven, Oosterbeek, Deventer, Nijkerk, Westerdam, Zandvliet, Tiel, IJsselmeer, Coöperhoek, Drenthe",
        "Logistiek:lo, Techniek:ma, Bouw:co, Meubelen:re, Vermogen:fi, Verzekeringen:in, Zorg:he, Opleidingen:ed, "
        "Energie:en, Automatisering:te, Uitgeverij:me, Hotels:ho, Zuivel:fo, Advies:ps",
        "Gemeente {}:pu, Hogeschool {}:ed, Ziekenhuis {}:he",
    ),
    "pl": _words(
        "Kowalczyk, Wiśniewski, Zieliński, Wójcik, Dąbrowski, Piątek, Szymański, Jabłoński, Król, Wróbel, Górski",
        "Łódź, Gdynia, Toruń, Rzeszów, Białystok, Zamość, Kołobrzeg, Częstochowa, Świdnica, Żywiec",
        "Logistyka:lo, Maszyny:ma, Budownictwo:co, Meble:re, Inwestycje:fi, Ubezpieczenia:in, Zdrowie:he, "
        "Szkolenia:ed, Energia:en, Systemy:te, Wydawnictwo:me, Hotele:ho, Piekarnia:fo, Doradztwo:ps",
        "Miasto {}:pu, Uniwersytet {}:ed, Szpital {}:he",
    ),
    "nordic": _words(
        "Lindström, Bergqvist, Sjöberg, Åkesson, Nyström, Øverland, Haugen, Sørensen, Kjær, Holmgren, Dahl, Ekström",
        "Norrvik, Västerby, Ålesby, Tromdal, Fjellheim, Søndervig, Österlen, Kungshamn, Bergslag, Lillehavn",
        "Logistik:lo, Verkstad:ma, Bygg:co, Møbler:re, Kapital:fi, Försäkring:in, Hälsa:he, Energi:en, Vind:en, "
        "Data:te, Media:me, Hotell:ho, Sjømat:fo, Rådgivning:ps",
        "{} kommun:pu, {} universitet:ed, {} sjukhus:he",
    ),
    "pt": _words(
        "Gonçalves, Simões, Araújo, Magalhães, Teixeira, Barros, Falcão, Moura, Assunção, Queirós, Vilaça, Leitão",
        "São Bento, Bragança, Guimarães, Vila Nova, Paraíso, Santarém, Serra Azul, Maré Alta, Évora, Goiás Velho",
        "Logística:lo, Indústria:ma, Construções:co, Móveis:re, Investimentos:fi, Seguros:in, Saúde:he, Formação:ed, "
        "Energia:en, Informática:te, Editora:me, Hotéis:ho, Alimentos:fo, Consultoria:ps",
        "Prefeitura de {}:pu, Universidade de {}:ed, Hospital de {}:he",
    ),
    "ja": _words(
        "Tanaka, Kobayashi, Watanabe, Itō, Satō, Ōkubo, Kimura, Hayashi, Shimizu, Mori, Fujita, Endō",
        "Minato, Aoyama, Kawasaki, Hokuriku, Kyūshū, Setouchi, Yokohama, Nagoya, Asahi, Sakura",
        "Logistics:lo, Seisakusho:ma, Kensetsu:co, Trading:re, Capital:fi, Hoken:in, Medical:he, Energy:en, "
        "Systems:te, Denki:te, Press:me, Ryokan:ho, Shokuhin:fo, Consulting:ps",
        "{} City Office:pu, {} University:ed, {} Hospital:he",
    ),
}
