"""The official path to the types.

Hands out all type names in one place, and the modules that they are in.
"""

from appbuilder_assistants.assistant.type import *  # noqa: F403

from . import assistant_type as assistant_type
from . import public_type as public_type
from . import thread_type as thread_type
