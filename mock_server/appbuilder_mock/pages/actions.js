// Actions of a person: send a message, answer a tool, cancel a run, begin anew. Calls of the API
// go through the server's control, which knows the token.

import { byId, setHidden, setText, words } from "./dom.js";
import { threadPlace } from "./places.js";

async function call(operation, body) {
  const headers = { "Content-Type": "application/json" };
  const options = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(`/_mock/call/${operation}`, options);
  const text = await response.text();
  if (!text.startsWith("{")) {
    if (response.ok) return null; // a stream, which is over
    throw new Error(`${response.status} ${text}`);
  }
  const answer = JSON.parse(text);
  if (answer.error) throw new Error(`${response.status} ${answer.error.message}`);
  return answer;
}

// Does it, and shows what went wrong beside the form it was done from.
async function attempt(form, action) {
  const problem = form.querySelector("[data-problem]");
  const buttons = form.querySelectorAll("button");
  setHidden(problem, true);
  buttons.forEach((one) => (one.disabled = true));
  try {
    await action();
  } catch (error) {
    setText(problem, error instanceof TypeError ? words.lost : error.message);
    setHidden(problem, false);
  } finally {
    buttons.forEach((one) => (one.disabled = false));
  }
}

const NEW = "new";

export function offerAssistants(select, assistants) {
  const offered = [...assistants, { id: NEW, name: words.new_assistant }];
  const known = [...select.options].map((one) => one.value + one.text).join();
  if (known === offered.map((one) => one.id + one.name).join()) return;
  const chosen = select.value;
  select.replaceChildren(...offered.map((one) => new Option(one.name, one.id)));
  if (offered.some((one) => one.id === chosen)) select.value = chosen;
}

// `thread` says which thread is written to, "" for a new one.
export function sendsMessages(form, thread) {
  const text = form.elements.text;
  form.onsubmit = (event) => {
    event.preventDefault();
    if (text.value.trim()) attempt(form, () => send(form, thread()));
  };
  text.onkeydown = (event) => {
    const alone = !event.shiftKey && !event.isComposing; // Enter also ends what an input method makes
    if (event.key === "Enter" && alone) {
      event.preventDefault();
      form.requestSubmit();
    }
  };
}

async function send(form, thread) {
  const { text, assistant } = form.elements;
  const said = text.value;
  text.value = ""; // a stream takes long, and the next message may be written meanwhile
  try {
    await run(said, assistant.value, thread);
  } catch (error) {
    text.value ||= said;
    throw error;
  }
}

async function run(said, assistant, thread) {
  const messages = [{ role: "user", content: said }];
  let id = assistant;
  if (id === NEW || !id) id = (await call("createAssistant", { name: "assistant" })).id;
  const body = { assistant_id: id, thread_id: thread, stream: true };
  if (thread) body.thread = { messages };
  else body.thread_id = (await call("createThread", { messages })).id;
  const running = call("createRun", body);
  if (!thread) location.hash = threadPlace(body.thread_id);
  await running;
}

export function answersTools(form, thread, run) {
  form.onsubmit = (event) => {
    event.preventDefault();
    const outputs = [...form.querySelectorAll("textarea")];
    const given = outputs.map((one) => ({ tool_call_id: one.dataset.call, output: one.value }));
    const body = { thread_id: thread, run_id: run, tool_outputs: given };
    attempt(form, () => call("submitToolOutputs", body));
  };
  form.querySelector("[data-cancel]").onclick = () =>
    attempt(form, () => call("cancelRun", { thread_id: thread, run_id: run }));
}

export async function reset(button) {
  if (!confirm(words.reset_sure)) return;
  button.disabled = true;
  try {
    await fetch("/_mock/reset", { method: "POST" });
    location.hash = "#/";
  } finally {
    button.disabled = false;
  }
}

export async function copy(button) {
  const source = byId(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    setText(button, words.copied);
    setTimeout(() => setText(button, words.copy), 2000);
  } catch {
    getSelection().selectAllChildren(source); // not allowed: ready for Ctrl+C
  }
}
