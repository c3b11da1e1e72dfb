"""Scenarios: scripted answers, tool calls, failures and faults, as rules tried in order.

Pure code: it decides which rule a call matches, and others carry the rule out. A scenario is read
from YAML or JSON (`load_scenario`) or built in Python (`Scenario([Rule(...)])`), and checked alike.
"""

from __future__ import annotations

from appbuilder_mock.scenarios.checks import ScenarioError
from appbuilder_mock.scenarios.event_edits import EventEdit, InsertedEvent
from appbuilder_mock.scenarios.faults import Cut, Drip, ErrorBody, Fault, Malformed, Pause, Quota
from appbuilder_mock.scenarios.latency import Latency
from appbuilder_mock.scenarios.load import load_scenario, read_scenario
from appbuilder_mock.scenarios.outcomes import Failed, Reply, ToolCall, ToolRound
from appbuilder_mock.scenarios.playback import Playback, QuotaWindow
from appbuilder_mock.scenarios.rules import Match, Rule, Scenario

__all__ = [
    "Cut",
    "Drip",
    "ErrorBody",
    "EventEdit",
    "Failed",
    "Fault",
    "InsertedEvent",
    "Latency",
    "Malformed",
    "Match",
    "Pause",
    "Playback",
    "Quota",
    "QuotaWindow",
    "Reply",
    "Rule",
    "Scenario",
    "ScenarioError",
    "ToolCall",
    "ToolRound",
    "load_scenario",
    "read_scenario",
]
