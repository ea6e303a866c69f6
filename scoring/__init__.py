"""What the facts are worth: pure functions over plain values, exact, explained. See README.md."""

from scoring.advice import Action, due_soon, late_margin, next_actions
from scoring.compare import CAUSES, Change, Comparison, compare
from scoring.engine.evaluation import STATES, evaluate
from scoring.engine.measures import MEASURES, ON_TIME_RULES
from scoring.engine.period import UnknownPeriod
from scoring.engine.rules import RULES
from scoring.engine.score import ENGINE_VERSION, ComponentScore, Score, UnknownOnTimeRule, score

__all__ = [
    "CAUSES",
    "ENGINE_VERSION",
    "MEASURES",
    "ON_TIME_RULES",
    "RULES",
    "STATES",
    "Action",
    "Change",
    "Comparison",
    "ComponentScore",
    "Score",
    "UnknownOnTimeRule",
    "UnknownPeriod",
    "compare",
    "due_soon",
    "evaluate",
    "late_margin",
    "next_actions",
    "score",
]
