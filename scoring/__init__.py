"""What the facts are worth: pure functions over plain values, exact, explained. See README.md."""

from scoring.advice import Action, due_soon, late_margin, loss_if_late, next_actions
from scoring.causes import CAUSES
from scoring.compare import Change, Comparison, compare
from scoring.engine.evaluation import STATES, evaluate
from scoring.engine.measures import MEASURES, ON_TIME_RULES
from scoring.engine.period import UnknownPeriod
from scoring.engine.rules import RULES
from scoring.engine.score import ENGINE_VERSION, ComponentScore, Score, UnknownOnTimeRule, score
from scoring.explain import Explanation, UnknownComponent, explain
from scoring.sets import SetChange, compare_sets
from scoring.what_if import BadAssumption, changes_of

__all__ = [
    "CAUSES",
    "ENGINE_VERSION",
    "MEASURES",
    "ON_TIME_RULES",
    "RULES",
    "STATES",
    "Action",
    "BadAssumption",
    "Change",
    "Comparison",
    "ComponentScore",
    "Explanation",
    "Score",
    "SetChange",
    "UnknownComponent",
    "UnknownOnTimeRule",
    "UnknownPeriod",
    "changes_of",
    "compare",
    "compare_sets",
    "due_soon",
    "evaluate",
    "explain",
    "late_margin",
    "loss_if_late",
    "next_actions",
    "score",
]
