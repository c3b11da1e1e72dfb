"""The type names of the official SDK, for programs that were written for it.

`assistant.type` and its three parts are these modules. What a program builds for a request is
here; an answer's many names are ours for the same object. The names of whole request bodies
(`AssistantCreateRequest`, …) are not: no program gives one to a method.
"""
