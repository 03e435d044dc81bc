"""Writes the windows that Python's zoneinfo expects, one a line, for `check_windows` to compare.

The method is naive on purpose and shares nothing with the core: the boundary of a local date comes
from a round trip through UTC, and the window of an instant from a search of all boundaries near it.

Lines: `tzdb RELEASE`, `name ZONE` for every zone, `span WINDOW NOW START END` (epoch milliseconds),
and `end` as the last, so that a stream that broke off is noticed.
"""

import argparse
import calendar
import random
import sys
import zoneinfo
from datetime import datetime, timedelta, timezone
from importlib import resources

import tzdata

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
EPOCH_ORDINAL = EPOCH.toordinal()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
SCAN = timedelta(hours=12)

HOUR, DAY = 3_600_000, 86_400_000
DELTAS = (-DAY, -HOUR, -1_000, -1, 0, 1_000, HOUR, DAY)

SAMPLE = """
Africa/Cairo Africa/Casablanca Africa/El_Aaiun Africa/Monrovia America/Asuncion America/Bogota
America/Caracas America/Havana America/Manaus America/New_York America/Santiago America/Sao_Paulo
America/Scoresbysund America/St_Johns Antarctica/Troll Asia/Amman Asia/Beirut Asia/Dhaka Asia/Gaza
Asia/Kathmandu Asia/Manila Asia/Pyongyang Asia/Tehran Asia/Tokyo Atlantic/Azores
Australia/Lord_Howe Australia/Sydney Etc/GMT+12 Europe/Amsterdam Europe/Berlin Europe/Dublin
Europe/Istanbul Europe/Moscow Pacific/Apia Pacific/Auckland Pacific/Chatham Pacific/Easter
Pacific/Fakaofo Pacific/Kiritimati Pacific/Kwajalein UTC
""".split()


def to_ms(instant):
    """Epoch milliseconds of an aware datetime, exact."""
    return (instant - EPOCH) // timedelta(milliseconds=1)


def boundary(zone, midnight):
    """The instant of a local midnight: the earlier of two, else the first instant after the gap."""
    instant = midnight.replace(tzinfo=zone, fold=0).astimezone(timezone.utc)
    if instant.astimezone(zone).replace(tzinfo=None) == midnight:
        return to_ms(instant)
    # In a gap, fold=0 reads with the old offset (after the change), fold=1 with the new (before).
    after = to_ms(instant) // 1000
    before = to_ms(midnight.replace(tzinfo=zone, fold=1).astimezone(timezone.utc)) // 1000
    while after - before > 1:
        middle = (before + after) // 2
        local = (EPOCH + timedelta(seconds=middle)).astimezone(zone).replace(tzinfo=None)
        before, after = (before, middle) if local >= midnight else (middle, after)
    return after * 1000


def changes(zone, first_year, last_year):
    """Every instant at which the offset changes, found by looking twice a day."""
    at = datetime(first_year, 1, 1, tzinfo=timezone.utc)
    end = datetime(last_year + 1, 1, 1, tzinfo=timezone.utc)
    offset = at.astimezone(zone).utcoffset()
    while at < end:
        later = at + SCAN
        new = later.astimezone(zone).utcoffset()
        if new != offset:
            low, high = at, later
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                if middle.astimezone(zone).utcoffset() == offset:
                    low = middle
                else:
                    high = middle
            yield high
        at, offset = later, new


def first_days(kind, argument, today):
    """Ordinals of the local dates near `today` on which a window of that kind starts."""
    if kind == "daily":
        return range(today - 3, today + 4)
    if kind == "weekly":
        return (d for d in range(today - 10, today + 11) if (d - 1) % 7 == argument)
    date = datetime.fromordinal(today)
    months = (divmod(date.year * 12 + date.month - 1 + step, 12) for step in range(-2, 3))
    return (
        datetime(y, m + 1, min(argument, calendar.monthrange(y, m + 1)[1])).toordinal() for y, m in months
    )


def spans(zone, days, kinds, now):
    """(window without its zone, now, start, end) for every kind at one instant."""
    today = EPOCH_ORDINAL + now // DAY
    for kind, argument in kinds:
        starts = []
        for day in first_days(kind, argument, today):
            if day not in days:
                days[day] = boundary(zone, datetime.fromordinal(day))
            starts.append(days[day])
        name = argument if kind == "monthly" else WEEKDAYS[argument or 0]
        text = kind if kind == "daily" else f"{kind}:{name}"
        yield text, now, max(s for s in starts if s <= now), min(s for s in starts if s > now)


def expectations(zone, first_year, last_year, quiet):
    """All spans of a zone: around every change, and at `quiet` instants of the years 2–9998."""
    days = {}
    for change in changes(zone, first_year, last_year):
        local = change.astimezone(zone)
        kinds = {("daily", None), ("weekly", 0), ("weekly", 6), ("weekly", local.weekday())}
        kinds |= {("monthly", day) for day in (1, 31, local.day, (local + timedelta(days=1)).day)}
        for delta in DELTAS:
            yield from spans(zone, days, sorted(kinds, key=str), to_ms(change) + delta)
    chance = random.Random(5)
    for _ in range(quiet):
        year = chance.choice((chance.randint(2, 9998), chance.randint(1850, 2100)))
        now = to_ms(datetime(year, 1, 1, tzinfo=timezone.utc)) + chance.randrange(365 * DAY)
        kinds = [("daily", None), ("weekly", chance.randrange(7)), ("monthly", chance.randint(1, 31))]
        yield from spans(zone, days, kinds, now)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="every zone, 1840-2100, not a sample, 1970-2037")
    everything = parser.parse_args().all
    zoneinfo.reset_tzpath(())  # only the pinned package, never the system's database
    names = resources.files("tzdata").joinpath("zones").read_text().split()
    first_year, last_year, quiet = (1840, 2100, 100) if everything else (1970, 2037, 50)

    write = sys.stdout.write
    write(f"tzdb {tzdata.IANA_VERSION}\n")
    same = {}
    for name in sorted(names):
        write(f"name {name}\n")
        if everything or name in SAMPLE:
            rules = resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
            same.setdefault(rules, []).append(name)
    for group in same.values():
        zone = zoneinfo.ZoneInfo(group[0])
        for window, now, start, end in expectations(zone, first_year, last_year, quiet):
            for name in group:
                write(f"span {window}:{name} {now} {start} {end}\n")
    write("end\n")


if __name__ == "__main__":
    main()
