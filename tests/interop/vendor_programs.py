"""Programs after the vendor's assistant tests and notebooks, and what each needs to run here."""

from __future__ import annotations

from itertools import groupby

from tests.interop.vendor_program import Edit, Program


def table() -> str:
    """The table of docs/migrating.md: a line for each file and what its programs need."""
    lines = [
        "| the vendor's program | official SDK | here, import lines changed | further edits |",
        "|---|---|---|---|",
    ]
    for (vendor, row), programs in groupby(VENDOR, lambda program: (program.vendor, program.row())):
        names = ", ".join(f"`{program.function}`" for program in programs)
        lines.append(f"| {vendor}: {names} | {' | '.join(row)} |")
    return "\n".join(lines) + "\n"


def summary() -> str:
    """How many run where."""
    official = sum(not program.official for program in VENDOR)
    unedited = sum(not program.edits and not program.here for program in VENDOR)
    edited = sum(bool(program.edits) and not program.here for program in VENDOR)
    return (
        f"Of {len(VENDOR)} programs {official} run on the official SDK; here {unedited} run after "
        f"their import lines are changed, and {edited} after the further edits in the table."
    )


NOT_FOUND = Edit(
    "`NotFoundError` for an unknown id, not FileNotFoundError",
    r'raises\(FileNotFoundError\)(?=:\n.*"test_not_exist")',
    "raises(appbuilder.NotFoundError)",
)
COMPONENT = Edit(
    "keep the import, as it uses another component, and replace `appbuilder.assistant`",
    r"^import appbuilder_assistants as appbuilder$",
    "import appbuilder\nimport appbuilder_assistants\n\n"
    "appbuilder.assistant = appbuilder_assistants.assistant",
)
TRACER = "no tracer: `appbuilder_assistants.telemetry` makes spans"
WRAPT = "not run: its tracer does not fit the wrapt of today"


def _plain(vendor: str, file: str, *functions: str) -> list[Program]:
    """Programs that run on both, their import lines changed for here."""
    return [Program(vendor, function, file) for function in functions]


VENDOR: list[Program] = [
    *_plain(
        "test_assistant_basic_import",
        "imports.py",
        "test_assistants_beta_import",
        "test_assistants_obj_import",
        "test_threads_obj_import",
        "test_messages_obj_import",
        "test_runs_obj_import",
        "test_type_obj_import",
    ),
    *_plain(
        "test_assistant_class_assistans",
        "assistants.py",
        "test_assistants_create_v1",
        "test_assistants_create_v4",
    ),
    Program(
        "test_assistant_class_assistans",
        "test_assistants_create_v2",
        "assistants.py",
        (
            Edit(
                "the service refuses, with the first field in `.param`: no `error_count()`",
                r"error_count\(\) == 7",
                'param == "name"',
            ),
        ),
    ),
    Program(
        "test_assistant_class_assistans",
        "test_assistants_create_v3",
        "assistants.py",
        (Edit("`.message`, not `.description`", r"value\.description", "value.message"),),
        refusals_in_body=True,
    ),
    Program("test_assistant_class_assistans", "test_Assistant", "assistants.py", (NOT_FOUND,)),
    *_plain(
        "test_assistant_class_assistans", "assistants.py", "test_unmote_raise", "test_mount_raise"
    ),
    *_plain("test_assistant_class_files", "files.py", "test_create_files_v1"),
    Program(
        "test_assistant_class_files",
        "test_create_files_v2",
        "files.py",
        (
            Edit(
                "FileNotFoundError for a wrong path, not ValueError",
                r"raises\(ValueError\)(?=:\n *files.create)",
                "raises(FileNotFoundError)",
            ),
        ),
    ),
    Program(
        "test_assistant_class_files",
        "test_files",
        "files.py",
        (
            NOT_FOUND,
            Edit(
                "`NotFoundError` for an unknown id in `query`, not ValueError",
                r"raises\(ValueError\)(?=:\n *files.query)",
                "raises(appbuilder.NotFoundError)",
            ),
            Edit(
                "NotADirectoryError for a file in place of a folder, not ValueError",
                r'raises\(ValueError\)(?=:\n.*"图.png")',
                "raises(NotADirectoryError)",
            ),
        ),
        refusals_in_body=True,
    ),
    *_plain(
        "test_assistant_class_messages",
        "messages.py",
        "test_messages_create_v1",
        "test_messages",
    ),
    Program(
        "test_assistant_class_messages",
        "test_messages_create_v2",
        "messages.py",
        (
            Edit(
                "the service refuses, with the first field in `.param`: no `error_count()`",
                r"error_count\(\) == 2",
                'param == "role"',
            ),
        ),
    ),
    *_plain(
        "test_assistant_class_threads",
        "threads.py",
        "test_threads_create_v1",
        "test_threads_create_v2",
    ),
    Program(
        "test_assistant_class_threads",
        "test_threads_create_v3",
        "threads.py",
        (
            Edit(
                "TypeError for what is no list, not ValueError",
                r"raises\(ValueError\)(?=:\n *threads.create)",
                "raises(TypeError)",
            ),
        ),
    ),
    Program(
        "test_assistant_class_threads",
        "test_threads_query_delete",
        "threads.py",
        (
            Edit(
                "`BadRequestError` for metadata that is too long, not ValueError",
                r"raises\(ValueError\)(?=:\n *threads.update)",
                "raises(appbuilder.BadRequestError)",
            ),
        ),
    ),
    *_plain("test_assistant_class_runs", "runs.py", "test_run_create_v1", "test_run_create_v2"),
    Program(
        "test_assistant_class_runs",
        "test_threads_run_raise",
        "runs.py",
        (Edit("`stream_run`, not `_stream`", r"runs\._stream", "runs.stream_run"),),
    ),
    Program(
        "test_assistant_class_runs",
        "test_threads_run_model_raise",
        "runs.py",
        (
            Edit(
                "`stream_run`, not `_stream`; it sends when it is read",
                r"runs\._stream\((.*)\)",
                r"list(runs.stream_run(\1))",
            ),
            Edit(
                "`BadRequestError` for parameters out of range, not ValueError",
                r"raises\(ValueError\)",
                "raises(appbuilder.BadRequestError)",
            ),
        ),
    ),
    *_plain(
        "test_assistant_class_runs_v2",
        "runs.py",
        "test_run_list_v1",
        "test_run_query_v1",
        "test_run_step_list_v1",
    ),
    *_plain("test_assistant_e2e_run", "runs.py", "test_end_to_end_run"),
    *_plain("test_assistant_e2e_stream_run", "runs.py", "test_end_to_end_stream_run"),
    *_plain("test_assistant_e2e_funccall", "function_calls.py", "test_end_to_end"),
    Program(
        "test_assistant_e2e_funccall_component",
        "test_component",
        "function_calls.py",
        (COMPONENT,),
    ),
    *_plain("test_assistant_e2e_stream_cancel", "function_calls.py", "test_cancel"),
    *_plain("test_assistant_e2e_stream_funccall", "function_calls.py", "test_stream"),
    *_plain("test_assistant_e2e_stream_event_handler", "function_calls.py", "test_handler"),
    Program(
        "test_assistant_e2e_stream_event_handler",
        "test_handler_traced",
        "function_calls.py",
        official=WRAPT,
        here=TRACER,
    ),
    *_plain("test_assistant_e2e_stream_event_handler_v2", "function_calls.py", "test_handler_v2"),
    *(
        Program("test_appbuilder_assistant_trace", name, "traces.py", official=WRAPT, here=TRACER)
        for name in ("test_trace", "test_trace_stream")
    ),
    *_plain("assistant.ipynb", "assistants.py", "notebook_assistant"),
    Program("assistant_function_call.ipynb", "test_component", "function_calls.py", (COMPONENT,)),
    *_plain("file.ipynb", "files.py", "notebook_file"),
    *_plain("message.ipynb", "messages.py", "notebook_message"),
    *_plain("run.ipynb", "runs.py", "notebook_run"),
    *_plain("thread.ipynb", "threads.py", "notebook_thread"),
]
