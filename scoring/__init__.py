"""What the facts are worth: pure functions over plain values, exact, explained. See README.md."""

from scoring.engine.evaluation import STATES, evaluate
from scoring.engine.measures import MEASURES, ON_TIME_RULES
from scoring.engine.period import UnknownPeriod
from scoring.engine.rules import RULES
from scoring.engine.score import ENGINE_VERSION, ComponentScore, Score, UnknownOnTimeRule, score

__all__ = [
    "ENGINE_VERSION",
    "MEASURES",
    "ON_TIME_RULES",
    "RULES",
    "STATES",
    "ComponentScore",
    "Score",
    "UnknownOnTimeRule",
    "UnknownPeriod",
    "evaluate",
    "score",
]
