"""The dossiers of the sample ward in 2025: who asked for what, when it was due, when it was done, how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from sample.people import address, person
from sample.procedures import Procedure, catalogue
from sample.worktime import CLOSING, VIETNAM, after_working_days, due_for, working_days, working_moment

CUTOFF = datetime(2025, 12, 31, 17, 0, tzinfo=VIETNAM)
"""The state of the books: nothing of the sample happens later."""

ONE_STOP = "Trung tâm Phục vụ hành chính công phường Hội An Đông"
ELSEWHERE = "Trung tâm Phục vụ hành chính công phường Hải Châu"
FEWEST = 200

# Shares the sample is made for; each is a quota over the dossiers it speaks of.
LATE = 0.012
ONLINE = 0.43
POSTAL = 0.02
PAID_ONLINE = 0.62
DIGITISED = 0.91
REUSED = 0.57
SYNCED = 0.986
NEVER_ONLINE = ("1.001699", "1.003003")
"""Offered online, yet nobody ever used it (component 7.2.1)."""
UNFINISHED = {5: 5, 7: 6, 3: 5, 8: 2, 6: 2}
"""National status code -> how many dossiers ended or wait there, beside those still in progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDossier:
    """One dossier as it stands at CUTOFF. Datetimes are at +07:00; `status` is the national code."""

    code: str = ""
    procedure: Procedure
    applicant: str
    address: str
    channel: str = "direct"
    submitted_at: datetime
    received_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    status: int = 10
    resolving_unit: str
    paid_online: bool = False
    digitised: bool = False
    reused: bool = False
    synced: bool = True
    supplements: int = 0
    result_number: str | None = None
    result_files: tuple[str, ...] = ()
    apology: str | None = None

    @property
    def finished(self) -> bool:
        """Resolved, handed over or not."""
        return self.status in (9, 10)

    @property
    def late(self) -> bool:
        """Resolved after the day it was due (rule bcth_date)."""
        done, due = self.finished_at, self.due_at
        return self.finished and done is not None and due is not None and done.date() > due.date()

    @property
    def electronic(self) -> bool:
        """Its procedure must return an electronic result."""
        return self.procedure.electronic > 0

    def as_of(self, moment: datetime) -> SampleDossier:
        """What the one-stop system would have exported at an earlier moment."""
        if self.finished_at is not None and self.finished_at > moment:
            return replace(self, status=4, finished_at=None, returned_at=None)
        if self.returned_at is not None and self.returned_at > moment:
            return replace(self, status=9, returned_at=None)
        return self


def dossiers_of_2025(seed: int, count: int = 2000) -> tuple[SampleDossier, ...]:
    """`count` dossiers in the order they were received. Raises ValueError below FEWEST."""
    if count < FEWEST:
        raise ValueError(f"cần ít nhất {FEWEST} hồ sơ, thấy {count}")
    random = Random(f"{seed}/dossiers")
    asked = [*_electronic(random), *_everyday(random, count - _electronic_count())]
    received = sorted(asked, key=lambda dossier: dossier.received_at)
    numbered = _with_codes(received)
    for turn in (_resolved, _unfinished, _late, _through_channels, _digitised, _with_results, _elsewhere):
        numbered = turn(numbered, random)
    return tuple(numbered)


def _electronic_count() -> int:
    return sum(procedure.electronic for procedure in catalogue().procedures)


def _electronic(random: Random) -> Iterator[SampleDossier]:
    """Dossiers of procedures with an electronic result: received early enough to be finished in the year."""
    for procedure in catalogue().procedures:
        for _ in range(procedure.electronic):
            yield _asked(random, procedure, date(2025, 2, 3), date(2025, 11, 28))


def _everyday(random: Random, count: int) -> Iterator[SampleDossier]:
    ordinary = [procedure for procedure in catalogue().procedures if procedure.weight]
    chosen = random.choices(ordinary, [procedure.weight for procedure in ordinary], k=count)
    return (_asked(random, procedure, date(2025, 1, 2), date(2025, 12, 31)) for procedure in chosen)


def _asked(random: Random, procedure: Procedure, first: date, last: date) -> SampleDossier:
    day = random.choice(working_days(first, last))
    received = datetime.combine(day, _working_clock(random))
    return SampleDossier(
        procedure=procedure,
        applicant=person(random),
        address=address(random),
        submitted_at=received,
        received_at=received,
        due_at=due_for(received, procedure.days),
        finished_at=None,
        returned_at=None,
        status=4,
        resolving_unit=procedure.office,
    )


def _with_codes(dossiers: Sequence[SampleDossier]) -> list[SampleDossier]:
    """Codes count from 0001 each day."""
    of_day: Counter[date] = Counter()
    coded = []
    for dossier in dossiers:
        day = dossier.received_at.date()
        of_day[day] += 1
        coded.append(replace(dossier, code=f"{catalogue().unit_code}-{day:%y%m%d}-{of_day[day]:04d}"))
    return coded


def _resolved(dossiers: list[SampleDossier], random: Random) -> list[SampleDossier]:
    return [_finished_by(dossier, _moment_of_work(dossier, random), random) for dossier in dossiers]


def _moment_of_work(dossier: SampleDossier, random: Random) -> datetime:
    assert dossier.due_at is not None
    begins = working_moment(dossier.received_at)
    days = working_days(begins.date(), dossier.due_at.date())
    day = days[-1] if dossier.procedure.days == 0 else random.choice(days[len(days) // 3 :])
    done = datetime.combine(day, _working_clock(random))
    return min(max(done, begins + timedelta(minutes=random.randint(10, 90))), dossier.due_at)


def _working_clock(random: Random) -> time:
    minute = random.choice((*range(7 * 60 + 5, 11 * 60 + 25), *range(13 * 60 + 30, 16 * 60 + 40)))
    return time(minute // 60, minute % 60, random.randrange(60), tzinfo=VIETNAM)


def _finished_by(dossier: SampleDossier, finished: datetime, random: Random) -> SampleDossier:
    """Finished at this moment and handed over a little later, as far as CUTOFF lets it."""
    waits = timedelta(minutes=random.randint(2, 25) if dossier.procedure.days == 0 else random.randint(20, 2200))
    returned = working_moment(finished + waits)
    return replace(dossier, status=10, finished_at=finished, returned_at=returned).as_of(CUTOFF)


def _unfinished(dossiers: list[SampleDossier], random: Random) -> list[SampleDossier]:
    """Some dossiers wait for papers or money, were withdrawn, stopped, or not accepted at all."""
    ordinary = [i for i, dossier in enumerate(dossiers) if not dossier.electronic and dossier.procedure.days]
    chosen = iter(random.sample(ordinary, sum(UNFINISHED.values())))
    for status, count in UNFINISHED.items():
        for index in (next(chosen) for _ in range(count)):
            dossiers[index] = _ended_as(dossiers[index], status)
    return dossiers


def _ended_as(dossier: SampleDossier, status: int) -> SampleDossier:
    if status == 7:
        withdrawn = dossier.finished_at
        return replace(dossier, status=7, returned_at=None, finished_at=withdrawn)
    due = None if status == 3 else dossier.due_at
    papers = int(status == 5)
    return replace(dossier, status=status, finished_at=None, returned_at=None, due_at=due, supplements=papers)


def _late(dossiers: list[SampleDossier], random: Random) -> list[SampleDossier]:
    """LATE of the finished are done days late, a few more only hours late; two late ones lack the letter of apology."""
    finished = [i for i, d in enumerate(dossiers) if d.finished and not d.electronic and d.received_at.month < 12]
    quota = round(LATE * sum(dossier.finished for dossier in dossiers))
    chosen = random.sample(finished, quota + 4)
    for place, index in enumerate(chosen[:quota]):
        apology = None if place < 2 else f"{place + 3:02d}/XL-TTPVHCC"
        dossiers[index] = replace(_days_late(dossiers[index], random), apology=apology)
    for index in chosen[quota:]:
        dossiers[index] = _hours_late(dossiers[index], random)
    return dossiers


def _days_late(dossier: SampleDossier, random: Random) -> SampleDossier:
    assert dossier.due_at is not None
    done = after_working_days(dossier.due_at, random.randint(1, 4)).replace(hour=random.randint(8, 10))
    return _finished_by(dossier, done, random)


def _hours_late(dossier: SampleDossier, random: Random) -> SampleDossier:
    """Late by the clock and on time by the day: the rules of on time disagree about it."""
    assert dossier.due_at is not None
    evening = dossier.due_at.replace(hour=CLOSING.hour, minute=random.randint(5, 50))
    return _finished_by(dossier, evening, random)


def _through_channels(dossiers: list[SampleDossier], random: Random) -> list[SampleDossier]:
    usable = [i for i, d in enumerate(dossiers) if d.procedure.online and d.procedure.code not in NEVER_ONLINE]
    electronic = [i for i in usable if dossiers[i].electronic]
    others = random.sample(
        [i for i in usable if not dossiers[i].electronic], round(ONLINE * len(dossiers)) - len(electronic)
    )
    for index in electronic + others:
        dossiers[index] = _online(dossiers[index], random)
    direct = [i for i, dossier in enumerate(dossiers) if dossier.channel == "direct"]
    for index in random.sample(direct, round(POSTAL * len(dossiers))):
        dossiers[index] = replace(dossiers[index], channel="postal")
    owing = [i for i, dossier in enumerate(dossiers) if dossier.procedure.fee]
    for index in sorted(owing, key=lambda i: (dossiers[i].channel != "online", i))[: round(PAID_ONLINE * len(owing))]:
        dossiers[index] = replace(dossiers[index], paid_online=True)
    return dossiers


def _online(dossier: SampleDossier, random: Random) -> SampleDossier:
    before = timedelta(minutes=random.randint(3, 900))
    return replace(dossier, channel="online", submitted_at=dossier.received_at - before)


def _digitised(dossiers: list[SampleDossier], random: Random) -> list[SampleDossier]:
    everyone = range(len(dossiers))
    papers = random.sample(everyone, round(DIGITISED * len(dossiers)))
    digitised, reused = set(papers), set(papers[: round(REUSED * len(dossiers))])
    synced = set(random.sample(everyone, round(SYNCED * len(dossiers))))
    return [
        replace(dossier, digitised=i in digitised, reused=i in reused, synced=i in synced)
        for i, dossier in enumerate(dossiers)
    ]


def _with_results(dossiers: list[SampleDossier], _: Random) -> list[SampleDossier]:
    """Number the electronic results in the order they were finished.

    Certificates and permits have registers of their own; decisions share theirs with all decisions of the ward, about
    three every two days.
    """
    done = [i for i, dossier in enumerate(dossiers) if dossier.electronic and dossier.finished]
    numbers: Counter[str] = Counter()
    for index in sorted(done, key=lambda i: (dossiers[i].finished_at or CUTOFF, i)):
        symbol = dossiers[index].procedure.result or ""
        day = (dossiers[index].finished_at or CUTOFF).timetuple().tm_yday
        numbers[symbol] = max(numbers[symbol] + 1, day * 3 // 2 + 1 if symbol == "QĐ-UBND" else 1)
        number = f"{numbers[symbol]:02d}/{symbol}"
        files = (f"{dossiers[index].code}_KQ.pdf",)
        dossiers[index] = replace(dossiers[index], result_number=number, result_files=files)
    return dossiers


def _elsewhere(dossiers: list[SampleDossier], random: Random) -> list[SampleDossier]:
    """Three dossiers were taken in for another ward (tiếp nhận phi địa giới)."""
    calm = [i for i, d in enumerate(dossiers) if d.status == 10 and not d.electronic and not d.late]
    for index in random.sample(calm, 3):
        dossiers[index] = replace(dossiers[index], resolving_unit=ELSEWHERE)
    return dossiers
