// Elements that are kept: what changed is put into the element that is there, so that scrolling,
// selection, focus and what was unfolded stay. Everything is set as text, never as markup.

export const byId = (id) => document.getElementById(id);
export const words = JSON.parse(byId("live").dataset.words);

const FOLDED = { characters: 600, lines: 12 };

// Makes the children of `parent` show `items` in order, each in the element it already has.
export function list(parent, template, items, fill, keyOf = (item) => item.id) {
  const kindOf = typeof template === "string" ? () => template : template;
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let next = parent.firstElementChild;
  items.forEach((item, index) => {
    const key = String(keyOf(item, index));
    const element = old.get(key) ?? make(kindOf(item), key);
    old.delete(key);
    fill(element, item, index);
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

export function part(element, name) {
  element.parts ??= {};
  return (element.parts[name] ??= element.querySelector(`[data-part="${name}"]`));
}

export function setPart(element, name, text) {
  setText(part(element, name), text);
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

export function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

export function setOptional(element, text) {
  setHidden(element, text === "");
  setText(element, text);
}

export function setStyle(element, name, value) {
  if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
}

export function setStatus(element, status) {
  setAttribute(element, "data-status", status);
  const known = words.statuses[status];
  setText(element, known ? `${known} ${status}` : status);
}

export function setTime(element, milliseconds) {
  const iso = new Date(milliseconds).toISOString();
  if (element.dateTime === iso) return;
  element.dateTime = element.title = iso;
  setText(element, new Date(milliseconds).toLocaleTimeString("zh-CN", { hour12: false }));
}

// 40 ms, 1.2 s, 3 min 20 s
export function duration(milliseconds) {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // what a model wrote need not be JSON
  }
}

// A text, of which only the beginning shows while it is folded.
export function setFolded(element, text) {
  if (element.shown === text) return;
  element.shown = text;
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
