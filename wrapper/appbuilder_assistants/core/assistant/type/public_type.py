"""The names of `appbuilder_assistants.assistant.public_type`."""

from appbuilder_assistants.assistant.public_type import *  # noqa: F403
