"""Which report: of a week, of all sites or one, as of a moment; and what every part of it is counted and linked with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.components import links
from app.configuration.model import Settings
from app.figures import times, words
from app.instants import instant_text
from app.reports.content import COUNT, Figure
from app.reports.week import Week
from metrics.keys import unknown
from metrics.moment import Moment
from metrics.weekly import Stretch

TREND_WEEKS = 13


@dataclass(frozen=True, slots=True)
class Asked:
    """`site` None: all sites together, by the enterprise's clocks. `weeks`: how many the trends show."""

    week: Week
    site: str | None
    moment: Moment
    weeks: int = TREND_WEEKS


@dataclass(frozen=True, slots=True)
class Around:
    """What the parts of a report have in common. `bounds`: where its weeks begin, and where the last one ends."""

    asked: Asked
    settings: Settings
    zone: str
    bounds: tuple[int, ...]

    @property
    def stretch(self) -> Stretch:
        return Stretch(self.bounds[-3], self.bounds[-2], self.bounds[-1])

    @property
    def weeks(self) -> list[Week]:
        """The oldest first."""
        return [self.asked.week.back(number) for number in reversed(range(self.asked.weeks))]

    def link(self, page: str, **query: object) -> str:
        """The address of a page below the prefix, at the report's moment."""
        return self.below(links.to(page, **query, **self.past))

    @property
    def past(self) -> dict[str, str]:
        moment = self.asked.moment
        return {"as_of": instant_text(moment.as_of_ns), "known_at": instant_text(moment.known_ns)}

    @staticmethod
    def below(address: str) -> str:
        """Without the prefix: who draws it knows under which it is served."""
        return address.removeprefix(links.prefix())

    def cases(self, metric: str, number: int = -1, **query: object) -> str:
        """What a metric counts in one of the weeks; the last one is that of the report."""
        last = len(self.bounds) - 1
        begin = (last + number) if number < 0 else number
        bounds = {"from": instant_text(self.bounds[begin]), "to": instant_text(self.bounds[begin + 1])}
        return self.link("cases", metric=metric, **query, **bounds)

    def instant(self, ns: int | None) -> str:
        return "" if ns is None else times.brief(ns, self.zone, self.asked.moment.as_of_ns)


def around_of(asked: Asked, settings: Settings) -> Around:
    """Raises ValueError with a sentence for a site nobody knows, or a week that has not begun."""
    zones = {site.name: site.timezone for site in settings.definitions.sites}
    if asked.site is not None and asked.site not in zones:
        raise ValueError(words.sentence(unknown("site", asked.site, zones)))
    zone = zones.get(asked.site or "", settings.timezone)
    begins = [asked.week.back(number).bounds(zone)[0] for number in reversed(range(asked.weeks))]
    if begins[-1] >= asked.moment.as_of_ns:
        raise ValueError(f"Week {asked.week} has not begun: it does on {times.full(begins[-1], zone)}.")
    return Around(asked, settings, zone, (*begins, asked.week.bounds(zone)[1]))


def figure(value: float | int | Fraction | Decimal | None, unit: str = COUNT, link: str | None = None) -> Figure:
    """As JSON has numbers; what nobody can say opens nothing."""
    if isinstance(value, Fraction | Decimal):
        value = float(value)
    return Figure(value, unit, None if value is None else link)


def count(number: int, link: str | None) -> Figure:
    """A number that opens what it counts; 0 opens nothing."""
    return Figure(number, COUNT, link if number else None)
