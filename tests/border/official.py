"""The methods of the official client, and ours beside them."""

from __future__ import annotations

from appbuilder_assistants._core.limits import (
    FIRST_POLL_DELAY,
    MAX_PARALLEL,
    MAX_POLL_DELAY,
    MAX_ROUNDS,
)

# The methods of the official client, version 1.1.5, with their parameters in order.
CREATE = (
    "name description model response_format instructions thought_instructions "
    "chat_instructions tools file_ids metadata"
)
RUN = (
    "assistant_id thread_id thread model response_format instructions thought_instructions "
    "chat_instructions tools metadata tool_output model_parameters user_info user_loc"
)
PAGE = "limit order after before"
UPDATE = (
    "assistant_id model name description instructions tools thought_instructions "
    "chat_instructions response_format file_ids metadata"
)
OFFICIAL = {
    "assistants.create": ("createAssistant", CREATE),
    "assistants.update": ("updateAssistant", UPDATE),
    "assistants.list": ("listAssistants", PAGE),
    "assistants.query": ("queryAssistant", "assistant_id"),
    "assistants.delete": ("deleteAssistant", "assistant_id"),
    "assistants.mount_files": ("mountAssistantFile", "assistant_id file_id"),
    "assistants.mounted_files_list": ("listMountedFiles", f"assistant_id {PAGE}"),
    "assistants.unmount_files": ("unmountAssistantFile", "assistant_id file_id"),
    "files.create": ("createFile", "file_path purpose"),
    "files.list": ("listFiles", ""),
    "files.query": ("queryFile", "file_id"),
    "files.delete": ("deleteFile", "file_id"),
    "files.download": ("downloadFile", "file_id file_path timeout"),
    "files.content": ("readFile", "file_id timeout"),
    "threads.create": ("createThread", "messages"),
    "threads.query": ("queryThread", "thread_id"),
    "threads.update": ("updateThread", "thread_id metadata"),
    "threads.delete": ("deleteThread", "thread_id"),
    "messages.create": ("createMessage", "thread_id content role file_ids metadata"),
    "messages.update": ("updateMessage", "thread_id message_id content file_ids"),
    "messages.list": ("listMessages", f"thread_id {PAGE}"),
    "messages.query": ("queryMessage", "thread_id message_id"),
    "messages.files": ("listMessageFiles", f"thread_id message_id {PAGE}"),
    "runs.run": ("createRun", RUN),
    "runs.stream_run": ("createRun", RUN),
    "runs.stream_run_with_handler": (
        "createRun",
        RUN.replace("tool_output", "tool_output event_handler"),
    ),
    "runs.submit_tool_outputs": ("submitToolOutputs", "run_id thread_id tool_outputs"),
    "runs.cancel": ("cancelRun", "run_id thread_id sync"),
    "runs.list": ("listRuns", f"thread_id {PAGE}"),
    "runs.query": ("queryRun", "thread_id run_id"),
    "steps.list": ("listRunSteps", f"thread_id run_id {PAGE}"),
    "steps.query": ("queryRunStep", "thread_id run_id step_id"),
}

# Additions: whole methods, each with the official one that it completes, and parameters.
PAGING = "order after before page_size"
LISTS = {
    "assistants.list_all": ("assistants.list", PAGING),
    "assistants.mounted_files_list_all": ("assistants.mounted_files_list", PAGING),
    "files.list_all": ("files.list", "order"),
    "messages.list_all": ("messages.list", PAGING),
    "messages.files_all": ("messages.files", PAGING),
    "runs.list_all": ("runs.list", PAGING),
    "steps.list_all": ("steps.list", PAGING),
}
LATE = "deadline on_deadline"
STREAMS = f"{LATE} on_exit"
LOOP = "max_rounds max_parallel continuation"
TOOLS = {
    "runs.run_with_tools": ("runs.run", f"{LOOP} {LATE}"),
    "runs.stream_run_with_tools": ("runs.stream_run", f"{LOOP} {STREAMS}"),
    "runs.wait": ("runs.query", f"first_delay max_delay {LATE}"),
}
ADDED = {
    "files.create": "filename progress",
    "files.download": "overwrite",
    "runs.run": LATE,
    "runs.stream_run": STREAMS,
    "runs.stream_run_with_handler": STREAMS,
    "runs.submit_tool_outputs": LATE,
}
DEFAULTS = (MAX_ROUNDS, MAX_PARALLEL, "auto", FIRST_POLL_DELAY, MAX_POLL_DELAY, "close", "cancel")
# Not in the body of the request.
BESIDE = {"event_handler", "timeout"}
