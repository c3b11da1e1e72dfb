"""The names that a program finds by importing."""

import appbuilder  # noqa: F401


def test_assistants_beta_import(data):
    from appbuilder import assistant
    from appbuilder.core.assistant.base import BetaAssistant

    assert isinstance(assistant, BetaAssistant)
    assert {"assistants", "threads"} <= set(assistant.__dir__())


def test_assistants_obj_import(data):
    from appbuilder import assistant
    from appbuilder.core.assistant.assistants import Assistants

    assert isinstance(assistant.assistants, Assistants)
    assert "create" in assistant.assistants.__dir__()


def test_threads_obj_import(data):
    from appbuilder import assistant
    from appbuilder.core.assistant.threads import Threads

    assert isinstance(assistant.threads, Threads)
    assert "create" in assistant.threads.__dir__()


def test_messages_obj_import(data):
    from appbuilder import assistant
    from appbuilder.core.assistant.threads.messages import Messages

    assert isinstance(assistant.threads.messages, Messages)
    assert "create" in assistant.threads.messages.__dir__()


def test_runs_obj_import(data):
    from appbuilder import assistant
    from appbuilder.core.assistant.threads.runs import Runs

    assert isinstance(assistant.threads.runs, Runs)
    offered = {"run", "stream_run", "submit_tool_outputs", "cancel"}
    assert offered <= set(assistant.threads.runs.__dir__())


def test_type_obj_import(data):
    from appbuilder import assistant

    assert assistant.type
    assert assistant.assistant_type
    assert assistant.thread_type
    assert assistant.public_type
