"""Names of the wire models for the annotations of the core: imported by type checkers only.

`types` is the public module of these names; it reads texts with the core, so it stands above it.
"""

from appbuilder_api.models import Message as Message
from appbuilder_api.models import MessageList as MessageList
from appbuilder_api.models import RunResult as RunResult
from appbuilder_api.models import StreamRunMessage as StreamRunMessage
from appbuilder_api.models import StreamRunStatus as StreamRunStatus
from appbuilder_api.models import ToolCall as ToolCall
