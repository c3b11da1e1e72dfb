// The live view. It asks for /_mock/live once a second, more often while a run is busy, with the tag
// of what it shows; while nothing changes the answer is an empty 304.

import { copy, offerAssistants, reset, sendsMessages } from "./actions.js";
import { isBusy, showThread } from "./conversation.js";
import { byId, part, setAttribute, setHidden, setText, words } from "./dom.js";
import { asksForMore, showRequest, showRequests, showThreads, wanted } from "./lists.js";
import { place } from "./places.js";

const EVERY = 1000; // milliseconds
const WHILE_BUSY = 250;
const SLOWEST = 8000;

let shown = null; // what the server said last
let tag = "";
let asked = "";
let wait = EVERY;
let timer = 0;
let turn = 0;

async function poll() {
  clearTimeout(timer);
  if (document.hidden) return; // visibilitychange begins again
  const mine = (turn += 1);
  const at = place();
  const address = `/_mock/live?${new URLSearchParams({ ...wanted(), thread: at.thread ?? "" })}`;
  try {
    const headers = tag && address === asked ? { "If-None-Match": tag } : {};
    const response = await fetch(address, { headers, cache: "no-store" });
    if (mine !== turn) return; // somebody went elsewhere meanwhile
    if (response.status === 200) {
      shown = await response.json();
      if (mine !== turn) return;
      tag = response.headers.get("ETag") ?? "";
      asked = address;
      await show();
    } else if (response.status !== 304) {
      throw new Refused(response.status);
    } else if (isBusy(shown.thread)) {
      await show(); // its steps last longer now
    }
    wait = isBusy(shown.thread) ? WHILE_BUSY : EVERY;
    connection("connected", words.connected);
  } catch (error) {
    if (mine !== turn) return;
    tag = "";
    wait = Math.min(Math.max(wait, EVERY) * 2, SLOWEST);
    if (error instanceof Refused) connection("lost", `${words.refused} (${error.message})`);
    else if (error instanceof TypeError) connection("lost", words.lost); // no connection
    else throw error;
  } finally {
    if (mine === turn) {
      clearTimeout(timer);
      timer = setTimeout(poll, wait);
    }
  }
}

class Refused extends Error {}

function connection(state, text) {
  const element = byId("connection");
  setAttribute(element, "data-state", state);
  setText(element, text);
}

async function show() {
  const at = place();
  setAttribute(document.body, "data-view", at.view);
  setHidden(byId("welcome"), at.view !== "home" && at.view !== "requests");
  setHidden(byId("scenario"), shown.rules === null);
  setText(byId("scenario"), `${words.scenario} ${shown.rules}`);
  showThreads(shown, at);
  showRequests(shown, at);
  showThread(shown, at);
  offerAssistants(byId("begin").elements.assistant, shown.assistants);
  await showRequest(at);
}

for (const button of document.querySelectorAll("[data-copy]")) button.onclick = () => copy(button);
byId("reset").onclick = () => reset(byId("reset"));
byId("only-thread").onchange = show;
sendsMessages(byId("begin"), () => "");
sendsMessages(part(byId("thread"), "composer"), () => place().thread);
asksForMore(poll);
addEventListener("hashchange", () => {
  tag = ""; // another place is shown, also where nothing changed
  poll();
});
document.addEventListener("visibilitychange", poll);
poll();
