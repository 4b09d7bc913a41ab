"""The country a row names, as the two letters of ISO 3166."""

from adapters.lead_file.phones import REGIONS

NAMES: dict[str, str] = {
    "argentina": "AR",
    "australia": "AU",
    "austria": "AT",
    "belgium": "BE",
    "brazil": "BR",
    "canada": "CA",
    "chile": "CL",
    "colombia": "CO",
    "czech republic": "CZ",
    "czechia": "CZ",
    "denmark": "DK",
    "deutschland": "DE",
    "españa": "ES",
    "finland": "FI",
    "france": "FR",
    "germany": "DE",
    "great britain": "GB",
    "greece": "GR",
    "hungary": "HU",
    "india": "IN",
    "ireland": "IE",
    "israel": "IL",
    "italia": "IT",
    "italy": "IT",
    "japan": "JP",
    "mexico": "MX",
    "méxico": "MX",
    "netherlands": "NL",
    "new zealand": "NZ",
    "norway": "NO",
    "poland": "PL",
    "portugal": "PT",
    "romania": "RO",
    "schweiz": "CH",
    "singapore": "SG",
    "south africa": "ZA",
    "spain": "ES",
    "suisse": "CH",
    "sweden": "SE",
    "switzerland": "CH",
    "the netherlands": "NL",
    "turkey": "TR",
    "uk": "GB",
    "united arab emirates": "AE",
    "united kingdom": "GB",
    "united states": "US",
    "united states of america": "US",
    "usa": "US",
    "österreich": "AT",
}
"""Countries as exports write them out."""


def country_of(text: str) -> str | None:
    """The code of a country's name or code, None when it is neither."""
    code = text.strip().upper()
    return code if code in REGIONS else NAMES.get(text.strip().casefold())
