"""Which telephone numbers a text may go to: mobiles of the countries that a network serves."""

from collections.abc import Collection

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from notifications.delivery import Refused

FRANCE = frozenset({"FR"})
"""Metropolitan France with all of its overseas territories, however they are dialled."""

# Every territory of France that has a calling code of its own, and the mainland's.
_FRENCH_CODES = frozenset({33, 262, 508, 590, 594, 596, 681, 687, 689})
# Overseas mobiles as people there write them, without their calling code.
_OVERSEAS = {"690": 590, "691": 590, "694": 594, "696": 596, "697": 596, "692": 262, "693": 262}
_MOBILE = frozenset(
    {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.UNKNOWN}
)
# What costs whoever is called, or whoever calls, more than a call.
_PREMIUM = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})


class UnusableNumber(Exception):
    """No SMS can go to this number; `code` says why in one stable word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def mobile_number(text: str, *, countries: Collection[str] = FRANCE) -> str:
    """Bring a mobile number into E.164, if it is one of the countries' (ISO 3166, `FR`).

    Numbers set aside for fiction (06 39 98 xx xx) pass: only what is known to be
    something else is refused.

    Raises:
        UnusableNumber: `bad_number`, `foreign_number`, `landline`, `premium` or
            `not_a_mobile`.
    """
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException as cause:
        raise UnusableNumber("bad_number") from cause
    _mend_overseas(number)
    if not _is_of(number, countries):
        raise UnusableNumber("foreign_number")
    if not phonenumbers.is_possible_number(number):
        raise UnusableNumber("bad_number")
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.FIXED_LINE:
        raise UnusableNumber("landline")
    if kind in _PREMIUM:
        raise UnusableNumber("premium")
    if kind not in _MOBILE:
        raise UnusableNumber("not_a_mobile")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def dialled(text: str, *, countries: Collection[str]) -> str | Refused:
    """Give the number a provider is asked to write to, or the refusal that spares the asking."""
    try:
        return mobile_number(text, countries=countries)
    except UnusableNumber as refusal:
        return Refused(refusal.code)


def is_country(code: str) -> bool:
    """Tell whether numbers of a country (ISO 3166, two capitals) can be told apart."""
    return code in phonenumbers.SUPPORTED_REGIONS


def _mend_overseas(number: PhoneNumber) -> None:
    """Give an overseas mobile that was written as a French one its own calling code."""
    national = phonenumbers.national_significant_number(number)
    if number.country_code == phonenumbers.country_code_for_region("FR"):
        number.country_code = _OVERSEAS.get(national[:3], number.country_code)


def _is_of(number: PhoneNumber, countries: Collection[str]) -> bool:
    if number.country_code in _FRENCH_CODES:
        return "FR" in countries
    region = phonenumbers.region_code_for_number(number)
    return region is not None and region in countries
