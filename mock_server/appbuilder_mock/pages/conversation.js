// One thread: its messages and runs in the order of the conversation, and what can be done there.

import { answersTools, offerAssistants } from "./actions.js";
import * as dom from "./dom.js";
import { byId, list, part, setHidden, setPart, setStyle, setText, words } from "./dom.js";
import { runPlace, threadPlace } from "./places.js";

const ACTIVE = new Set(["queued", "in_progress", "cancelling"]);

export const isBusy = (thread) => Boolean(thread?.items.some((item) => ACTIVE.has(item.status)));

export function showThread(live, at) {
  const { thread } = live;
  const element = byId("thread");
  setHidden(byId("gone"), at.view !== "thread" || thread !== null);
  setHidden(element, at.view !== "thread" || thread === null);
  if (element.hidden) return;
  const atEnd = isAtEnd(element);
  const another = element.dataset.thread !== thread.id;
  element.dataset.thread = thread.id;
  setPart(element, "id", thread.id);
  dom.setAttribute(part(element, "link"), "href", threadPlace(thread.id));
  dom.setTime(part(element, "time"), thread.created_at);
  const metadata = Object.entries(thread.metadata).map(([key, value]) => `${key}: ${value}`);
  dom.setOptional(part(element, "metadata"), metadata.join(" · "));
  setHidden(part(element, "empty"), thread.items.length > 0);
  setHidden(part(element, "more"), !thread.more);
  const fill = { message: fillMessage, run: (one, run) => fillRun(one, run, thread.id, at.run) };
  list(part(element, "items"), (item) => item.kind, thread.items, (one, item) =>
    fill[item.kind](one, item),
  );
  const waits = thread.items.some((item) => item.waits?.length);
  dom.setAttribute(element, "data-waits", String(waits));
  offerAssistants(part(element, "composer").elements.assistant, live.assistants);
  if (another || (at.run ?? "") !== element.dataset.run) {
    element.dataset.run = at.run ?? "";
    const target = element.querySelector(".run.target");
    if (target) target.scrollIntoView({ block: "start" });
    else if (another) showEnd(element); // the newest
  } else if (atEnd && isBusy(thread)) {
    showEnd(element);
  }
}

const lastOf = (element) => part(element, "items").getBoundingClientRect().bottom;
const roomOf = (element) => innerHeight - part(element, "composer").offsetHeight;
const isAtEnd = (element) => lastOf(element) <= roomOf(element) + 60;

function showEnd(element) {
  const beyond = lastOf(element) + 20 - roomOf(element);
  if (beyond > 0) scrollBy({ top: beyond });
}

function fillMessage(element, message) {
  dom.setAttribute(element, "data-role", message.role);
  setPart(element, "role", message.role);
  setPart(element, "id", message.id);
  dom.setTime(part(element, "time"), message.time);
  dom.setFolded(part(element, "text"), message.text);
  setHidden(part(element, "files"), message.files.length === 0);
  setPart(element, "file-ids", message.files.join(", "));
}

function fillRun(element, run, thread, target) {
  element.classList.toggle("target", run.id === target);
  dom.setStatus(part(element, "status"), run.status);
  setPart(element, "assistant", run.assistant);
  setPart(element, "id", run.id);
  dom.setAttribute(part(element, "link"), "href", runPlace(thread, run.id));
  setPart(element, "took", run.ended === null ? "" : dom.duration(run.ended - run.time));
  dom.setTime(part(element, "time"), run.time);
  dom.setOptional(part(element, "error"), run.error);
  fillSetup(element, run);
  const ends = run.steps.map((step) => step.ended ?? 0);
  const end = run.ended ?? Math.max(Date.now(), run.time + 1, ...ends);
  list(part(element, "steps"), "step", run.steps, (one, step) => fillStep(one, step, run.time, end));
  fillWaiting(element, run, thread);
  dom.setOptional(part(element, "saying"), ACTIVE.has(run.status) ? run.saying : "");
}

function fillSetup(element, run) {
  const tools = run.tools.map((tool) => tool.name).join(", ");
  setPart(element, "setup", [run.model, tools].filter(Boolean).join(" · "));
  dom.setFolded(part(element, "instructions"), run.instructions || words.no_instructions);
  list(part(element, "tools"), "tool", run.tools, fillTool, (_, index) => index);
}

function fillTool(element, tool) {
  setPart(element, "name", tool.name);
  setPart(element, "description", tool.description);
  setPart(element, "parameters", JSON.stringify(tool.parameters ?? {}, null, 2));
}

// A bar from the step's beginning to its end, on the run's whole time.
function fillStep(element, step, start, end) {
  const whole = Math.max(end - start, 1);
  const stop = step.ended ?? end;
  dom.setStatus(part(element, "status"), step.status);
  setPart(element, "id", step.id);
  setPart(element, "type", step.type);
  setPart(element, "took", step.ended === null ? words.open : dom.duration(stop - step.time));
  const bar = part(element, "bar");
  dom.setAttribute(bar, "data-status", step.status);
  setStyle(bar, "left", percent(Math.min((step.time - start) / whole, 0.96))); // never out of sight
  setStyle(bar, "width", percent((stop - step.time) / whole));
  dom.setOptional(part(element, "error"), step.error);
  list(part(element, "calls"), "call", step.calls, fillCall, (_, index) => index);
}

const percent = (share) => `${Math.round(Math.min(Math.max(share, 0), 1) * 1000) / 10}%`;

function fillCall(element, call) {
  setPart(element, "name", call.name);
  dom.setFolded(part(element, "arguments"), dom.pretty(call.arguments));
  const answered = "output" in call;
  setHidden(part(element, "answer"), !answered);
  if (answered) dom.setFolded(part(element, "output"), call.output);
}

function fillWaiting(element, run, thread) {
  const form = part(element, "waiting");
  const waits = run.waits.length > 0;
  setHidden(form, !waits);
  setText(part(element, "waits"), `${words.waits} ${run.waits.map((one) => one.name).join(", ")}`);
  list(part(element, "outputs"), "tool-output", run.waits, (one, call) => {
    setPart(one, "name", call.name);
    part(one, "output").dataset.call = call.id;
  });
  if (waits && !form.onsubmit) answersTools(form, thread, run.id);
}
