// The threads and the requests, newest first; and one request with its bodies.

import * as dom from "./dom.js";
import { byId, list, part, setHidden, setPart, words } from "./dom.js";
import { requestPlace, threadPlace } from "./places.js";

const asked = { threads: 30, requests: 50 };

// The numbers asked of the server: more after each press of a button.
export const wanted = () => ({ ...asked, q: byId("search").value.trim() });

export function asksForMore(changed) {
  byId("more-threads").onclick = () => changed((asked.threads += 30));
  byId("more-requests").onclick = () => changed((asked.requests += 50));
  let timer = 0;
  byId("search").oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, 150);
  };
}

export function showThreads(live, at) {
  const searched = byId("search").value.trim() !== "";
  setHidden(byId("no-threads"), live.threads.length > 0 || searched);
  setHidden(byId("nothing-found"), live.threads.length > 0 || !searched);
  setHidden(byId("more-threads"), !live.more_threads);
  list(byId("threads"), "thread-link", live.threads, (element, thread) => {
    dom.setAttribute(element, "href", threadPlace(thread.id));
    dom.setAttribute(element, "aria-current", thread.id === at.thread ? "page" : "false");
    setPart(element, "title", thread.title || words.empty_thread);
    setPart(element, "id", thread.id);
    dom.setTime(part(element, "time"), thread.created_at);
    setPart(element, "counts", `${words.messages} ${thread.messages} · ${words.runs} ${thread.runs}`);
    const status = part(element, "status");
    setHidden(status, thread.status === null);
    if (thread.status) dom.setStatus(status, thread.status);
  });
}

export function showRequests(live, at) {
  const filter = byId("only-thread");
  setHidden(filter.parentElement, at.view !== "thread");
  const only = at.view === "thread" && filter.checked;
  const shown = live.requests.filter((one) => !only || one.thread_id === at.thread);
  setHidden(byId("no-requests"), shown.length > 0);
  setHidden(byId("more-requests"), live.requests.length < asked.requests);
  list(byId("requests"), "request-link", shown, (element, one) => {
    dom.setAttribute(element, "href", requestPlace(one.number));
    const current = String(one.number) === at.number;
    dom.setAttribute(element, "aria-current", current ? "page" : "false");
    fillSummary(element, one);
  }, (one) => one.number);
}

function fillSummary(element, one) {
  const status = part(element, "status");
  const over = one.milliseconds !== null;
  dom.setText(status, String(one.status ?? (over ? words.no_answer : "…")));
  dom.setAttribute(status, "data-status", family(one.status, over));
  setPart(element, "name", one.operation_id ?? one.method);
  setPart(element, "took", over ? dom.duration(one.milliseconds) : words.open);
  dom.setTime(part(element, "time"), one.time);
  setPart(element, "path", one.path + (one.query && `?${one.query}`));
}

function family(status, over) {
  if (status === null) return over ? "failed" : "in_progress";
  if (status >= 500) return "failed";
  if (status >= 400) return "requires_action";
  return over ? "completed" : "in_progress";
}

let whole = {}; // the request that is shown

export async function showRequest(at) {
  const element = byId("request");
  setHidden(element, at.view !== "request");
  if (element.hidden) return;
  if (String(whole.number) !== at.number || whole.milliseconds === null) {
    const response = await fetch(`/_mock/requests/${at.number}`, { cache: "no-store" });
    whole = response.ok ? await response.json() : { number: at.number, milliseconds: 0 };
  }
  setHidden(part(element, "gone"), "method" in whole);
  setHidden(part(element, "found"), !("method" in whole));
  if (!("method" in whole)) return;
  fillSummary(element, whole);
  setPart(element, "method", whole.method);
  setPart(element, "request-id", whole.request_id);
  const link = part(element, "thread");
  setHidden(link, whole.thread_id === null);
  dom.setText(link, whole.thread_id ?? "");
  dom.setAttribute(link, "href", threadPlace(whole.thread_id ?? ""));
  body(element, "sent", whole.body, whole.body_length);
  body(element, "answered", whole.response, whole.response_length);
  const headers = Object.entries(whole.headers).map(([name, value]) => `${name}: ${value}`);
  setPart(element, "headers", headers.join("\n"));
}

function body(element, name, value, length) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  setPart(element, `${name}-length`, `${length} ${words.bytes}`);
  setPart(element, name, value === null ? "" : text);
  setHidden(part(element, name), value === null);
}
