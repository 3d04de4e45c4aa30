"""Writes `origins.json`: where simulated customers come from, with an address for each place.

    python -m chatserver.sample_data.make_origins FOLDER_OF_MMDB

Places and addresses are DB-IP's free city data (CC-BY-4.0, https://db-ip.com). Addresses are the first of a /24
network, so they name a network and not somebody's connection. Run again when the file no longer agrees with the data.
"""

import ipaddress
import json
import random
import sys
from pathlib import Path

from chatserver.facts.geography import Geography

OUT = Path(__file__).with_name("origins.json")
TRIES = 4_000_000

# Country: weight, Accept-Language headers, cities.
WANTED: dict[str, tuple[int, list[str], list[str]]] = {
    "DE": (
        16,
        ["de-DE,de;q=0.9,en;q=0.7", "de"],
        ["Berlin", "Hamburg", "Munich", "Frankfurt am Main", "Bremen"],
    ),
    "NL": (9, ["nl-NL,nl;q=0.9,en;q=0.8"], ["Amsterdam", "Rotterdam", "Eindhoven"]),
    "GB": (9, ["en-GB,en;q=0.9"], ["London", "Manchester", "Birmingham", "Glasgow"]),
    "FR": (8, ["fr-FR,fr;q=0.9,en;q=0.6"], ["Paris", "Lyon", "Roubaix"]),
    "US": (
        12,
        ["en-US,en;q=0.9", "es-US,es;q=0.9,en;q=0.8"],
        ["Chicago", "Dallas", "Seattle", "Los Angeles"],
    ),
    "ES": (6, ["es-ES,es;q=0.9,ca;q=0.5"], ["Madrid", "Barcelona", "Valencia"]),
    "IT": (6, ["it-IT,it;q=0.9,en;q=0.5"], ["Rome", "Milan", "Turin"]),
    "PL": (5, ["pl-PL,pl;q=0.9,en;q=0.6"], ["Warsaw", "Krakow", "Gdansk"]),
    "BR": (5, ["pt-BR,pt;q=0.9,en;q=0.5"], ["Sao Paulo", "Rio de Janeiro", "Brasilia"]),
    "CA": (
        4,
        ["en-CA,en;q=0.9,fr-CA;q=0.6", "fr-CA,fr;q=0.9,en;q=0.7"],
        ["Toronto", "Montreal", "Vancouver"],
    ),
    "BE": (4, ["nl-BE,nl;q=0.9,fr;q=0.6", "fr-BE,fr;q=0.9,nl;q=0.5"], ["Brussels", "Antwerp", "Ghent"]),
    "AT": (3, ["de-AT,de;q=0.9"], ["Vienna", "Graz"]),
    "CH": (3, ["de-CH,de;q=0.9,en;q=0.6", "fr-CH,fr;q=0.9"], ["Zurich", "Geneva"]),
    "PT": (3, ["pt-PT,pt;q=0.9,en;q=0.6"], ["Lisbon", "Porto"]),
    "MX": (3, ["es-MX,es;q=0.9,en;q=0.4"], ["Mexico City", "Guadalajara", "Monterrey"]),
    "DK": (2, ["da-DK,da;q=0.9,en;q=0.7"], ["Copenhagen", "Aalborg"]),
    "SE": (2, ["sv-SE,sv;q=0.9,en;q=0.8"], ["Stockholm", "Gothenburg"]),
    "NO": (1, ["nb-NO,nb;q=0.9,en;q=0.7"], ["Oslo", "Bergen"]),
    "FI": (1, ["fi-FI,fi;q=0.9,en;q=0.7"], ["Helsinki", "Tampere"]),
    "IE": (2, ["en-IE,en;q=0.9"], ["Dublin", "Cork"]),
    "CZ": (1, ["cs-CZ,cs;q=0.9,en;q=0.6"], ["Prague", "Brno"]),
    "GR": (1, ["el-GR,el;q=0.9,en;q=0.6"], ["Athens", "Thessaloniki"]),
    "TR": (1, ["tr-TR,tr;q=0.9,en;q=0.5"], ["Istanbul", "Izmir"]),
    "AR": (2, ["es-AR,es;q=0.9"], ["Buenos Aires", "Cordoba"]),
    "CL": (1, ["es-CL,es;q=0.9"], ["Santiago"]),
    "CO": (1, ["es-CO,es;q=0.9"], ["Bogota", "Medellin"]),
    "JP": (2, ["ja,en-US;q=0.7,en;q=0.3"], ["Tokyo", "Osaka", "Nagoya"]),
    "IL": (1, ["he-IL,he;q=0.9,en;q=0.6"], ["Tel Aviv"]),
    "EG": (1, ["ar-EG,ar;q=0.9,en;q=0.5"], ["Cairo", "Alexandria"]),
    "AU": (2, ["en-AU,en;q=0.9"], ["Sydney", "Melbourne"]),
    "IN": (1, ["en-IN,en;q=0.9,hi;q=0.7"], ["Bengaluru", "Mumbai", "Chennai"]),
    "ZA": (1, ["en-ZA,en;q=0.9,af;q=0.5"], ["Cape Town", "Johannesburg"]),
}


def main(folder: Path) -> None:
    """Finds an address for each wanted city, by trying networks in a fixed random order, and writes the file."""
    rng = random.Random(20)  # noqa: S311 -- the same places each time
    found: dict[str, dict[str, dict[str, str]]] = {country: {} for country in WANTED}
    missing = {(country, city) for country, (_, _, cities) in WANTED.items() for city in cities}
    with Geography(folder) as geography:
        for _ in range(TRIES):
            address = str(ipaddress.ip_address((rng.randrange(1 << 16, 223 << 16) << 8) + 1))
            place = geography.find(address)
            if (place.country, place.city) in missing:
                missing.discard((place.country, place.city))
                found[place.country][place.city] = {
                    "city": place.city,
                    "region": place.region,
                    "address": address,
                }
            if not missing:
                break
    origins = [
        {
            "country": country,
            "weight": weight,
            "accept_languages": languages,
            "places": list(found[country].values()),
        }
        for country, (weight, languages, _) in WANTED.items()
        if found[country]
    ]
    document = {"source": "IP geolocation by DB-IP (https://db-ip.com), CC-BY-4.0", "origins": origins}
    OUT.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{OUT}: {len(origins)} countries; not found: {sorted(missing) or 'nothing'}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
