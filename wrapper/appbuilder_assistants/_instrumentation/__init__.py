"""Spans of calls, tool rounds and functions, as events for the hooks and the log.

Hands out `Instrumentation`, the spans of one flow's calls, and `ToolRunSpan`, around several flows.
"""
