"use strict";
// The live view. It asks for /_mock/live once a second with the tag of what it shows; while nothing
// changes the answer is an empty 304. What changed is put into the elements that are there, so that
// scrolling, selection, focus and what was unfolded stay. Everything is set as text, never as markup.

const EVERY = 1000; // milliseconds
const SLOWEST = 8000;
const FOLDED = { characters: 280, lines: 5 };

const byId = (id) => document.getElementById(id);
const words = JSON.parse(byId("live").dataset.words);

let tag = "";
let wait = EVERY;
let timer = 0;

async function poll() {
  clearTimeout(timer);
  if (document.hidden) return; // visibilitychange begins again
  try {
    const headers = tag ? { "If-None-Match": tag } : {};
    const response = await fetch("/_mock/live", { headers, cache: "no-store" });
    if (response.status === 200) {
      show(await response.json());
      tag = response.headers.get("ETag") ?? "";
    } else if (response.status !== 304) {
      throw new Refused(response.status);
    }
    wait = EVERY;
    tell("connected", words.connected);
  } catch (error) {
    tag = "";
    wait = Math.min(wait * 2, SLOWEST);
    if (error instanceof Refused) tell("lost", `${words.refused} (${error.message})`);
    else if (error instanceof TypeError) tell("lost", words.lost); // no connection
    else throw error;
  } finally {
    clearTimeout(timer);
    timer = setTimeout(poll, wait);
  }
}

class Refused extends Error {}

function tell(state, text) {
  const place = byId("connection");
  setAttribute(place, "data-state", state);
  setText(place, text);
}

function show(live) {
  byId("no-threads").hidden = live.threads.length > 0;
  byId("no-requests").hidden = live.requests.length > 0;
  byId("scenario").hidden = live.rules === null;
  setText(byId("scenario"), `${words.scenario} ${live.rules}`);
  list(byId("threads"), "thread", live.threads, fillThread);
  list(byId("requests"), "request", live.requests, fillRequest, (request) => String(request.number));
}

function fillThread(element, thread) {
  setPart(element, "id", thread.id);
  setTime(part(element, "time"), thread.created_at);
  part(element, "empty").hidden = thread.items.length > 0;
  part(element, "more").hidden = !thread.more;
  const fill = { message: fillMessage, run: fillRun };
  list(part(element, "items"), (item) => item.kind, thread.items, (one, item) => fill[item.kind](one, item));
}

function fillMessage(element, message) {
  setAttribute(element, "data-role", message.role);
  setPart(element, "role", message.role);
  setPart(element, "id", message.id);
  setTime(part(element, "time"), message.time);
  setFolded(part(element, "text"), message.text);
  part(element, "files").hidden = message.files.length === 0;
  setPart(element, "file-ids", message.files.join(", "));
}

function fillRun(element, run) {
  setStatus(part(element, "status"), run.status);
  setPart(element, "assistant", run.assistant);
  setPart(element, "id", run.id);
  setPart(element, "took", run.took === null ? "" : `${run.took} ms`);
  setTime(part(element, "time"), run.time);
  setOptional(part(element, "waits"), run.waits.length ? `${words.waits} ${run.waits.join(", ")}` : "");
  setOptional(part(element, "error"), run.error);
  list(part(element, "steps"), "step", run.steps, fillStep);
}

function fillStep(element, step) {
  setStatus(part(element, "status"), step.status);
  setPart(element, "id", step.id);
  setPart(element, "type", step.type);
  setOptional(part(element, "error"), step.error);
  list(part(element, "calls"), "call", step.calls, fillCall, (_, index) => String(index));
}

function fillCall(element, call) {
  setPart(element, "name", call.name);
  setFolded(part(element, "arguments"), call.arguments);
  const answered = "output" in call;
  part(element, "output-label").hidden = part(element, "output").hidden = !answered;
  if (answered) setFolded(part(element, "output"), call.output);
}

function fillRequest(element, request) {
  const status = part(element, "status");
  const over = request.milliseconds !== null;
  setText(status, String(request.status ?? (over ? words.no_answer : "…")));
  setAttribute(status, "data-status", family(request.status, over));
  setPart(element, "name", request.operation_id ?? request.method);
  setPart(element, "took", over ? `${request.milliseconds} ms` : words.open);
  setTime(part(element, "time"), request.time);
  setPart(element, "path", request.path + (request.query && `?${request.query}`));
  const outdated = element.dataset.whole !== "true" && element.open;
  if (!element.ontoggle) element.ontoggle = () => element.open && showWhole(element, request.number);
  if (outdated) showWhole(element, request.number);
}

function family(status, over) {
  if (status === null) return over ? "failed" : "in_progress";
  if (status >= 500) return "failed";
  if (status >= 400) return "requires_action";
  return over ? "completed" : "in_progress";
}

async function showWhole(element, number) {
  if (element.dataset.whole === "true") return;
  const response = await fetch(`/_mock/requests/${number}`, { cache: "no-store" });
  const whole = response.ok ? await response.json() : {};
  element.dataset.whole = String(whole.milliseconds !== null); // else again when it is over
  setPart(element, "whole", JSON.stringify(whole, null, 2));
}

// Makes the children of `parent` tell `items` in order, each in the element it already has.
function list(parent, template, items, fill, keyOf = (item) => item.id) {
  const kindOf = typeof template === "string" ? () => template : template;
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let next = parent.firstElementChild;
  items.forEach((item, index) => {
    const key = keyOf(item, index);
    const element = old.get(key) ?? make(kindOf(item), key);
    old.delete(key);
    fill(element, item);
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  });
  old.forEach((element) => element.remove());
}

function make(template, key) {
  const element = byId(template).content.firstElementChild.cloneNode(true);
  element.dataset.key = key;
  return element;
}

function part(element, name) {
  element.parts ??= {};
  return (element.parts[name] ??= element.querySelector(`[data-part="${name}"]`));
}

function setPart(element, name, text) {
  setText(part(element, name), text);
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function setOptional(element, text) {
  element.hidden = text === "";
  setText(element, text);
}

function setStatus(element, status) {
  setAttribute(element, "data-status", status);
  const told = words.statuses[status];
  setText(element, told ? `${told} ${status}` : status);
}

function setTime(element, milliseconds) {
  const iso = new Date(milliseconds).toISOString();
  if (element.dateTime === iso) return;
  element.dateTime = element.title = iso;
  setText(element, new Date(milliseconds).toLocaleTimeString("zh-CN", { hour12: false }));
}

// A text, of which only the beginning shows while it is folded.
function setFolded(element, text) {
  if (element.told === text) return;
  element.told = text;
  let [shown, button] = element.children;
  if (!shown) {
    shown = document.createElement("div");
    shown.className = "text";
    element.append(shown);
  }
  setText(shown, text);
  const long = text.length > FOLDED.characters || text.split("\n").length > FOLDED.lines;
  if (long && !button) {
    button = document.createElement("button");
    button.type = "button";
    button.onclick = () => fold(shown, button, !shown.classList.contains("folded"));
    element.append(button);
    fold(shown, button, true);
  } else if (!long && button) {
    button.remove();
    shown.classList.remove("folded");
  }
}

function fold(shown, button, folded) {
  shown.classList.toggle("folded", folded);
  button.setAttribute("aria-expanded", String(!folded));
  setText(button, folded ? words.show_all : words.show_less);
}

async function copy(button) {
  const source = byId(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    setText(button, words.copied);
    setTimeout(() => setText(button, words.copy), 2000);
  } catch {
    getSelection().selectAllChildren(source); // not allowed: ready for Ctrl+C
  }
}

for (const button of document.querySelectorAll("[data-copy]")) button.onclick = () => copy(button);
document.addEventListener("visibilitychange", poll);
poll();
