"""Days: terms in years, the Saturdays of the snapshots, and the year's quiet weeks."""

from datetime import date, timedelta

DAY = timedelta(days=1)


def years_later(day: date, years: int) -> date:
    """The same day of another year; the 28th for a 29 February that is not there."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def saturdays(today: date, count: int) -> list[date]:
    """The last `count` Saturdays up to today, oldest first: the last days of calling weeks and of trend buckets."""
    newest = today - DAY * ((today.weekday() + 2) % 7)
    return [newest - DAY * 7 * back for back in reversed(range(count))]


def week_ends(today: date, count: int) -> list[date]:
    """The last days of the latest completed weeks (Sunday to Saturday), oldest first."""
    return saturdays(today - DAY, count)


def season(day: date) -> float:
    """The share of a usual week's activity: holidays in summer, little between the years."""
    if (day.month, day.day) >= (12, 22) or (day.month, day.day) <= (1, 3):
        return 0.5
    if day.month == 8 or (day.month == 7 and day.day > 10):
        return 0.78
    return 0.93 if day.month in (6, 12) else 1.0
