// The places of the page: each thread, run and request has an address, behind the #.

export const threadPlace = (thread) => `#/threads/${encodeURIComponent(thread)}`;
export const runPlace = (thread, run) => `${threadPlace(thread)}/runs/${encodeURIComponent(run)}`;
export const requestPlace = (number) => `#/requests/${number}`;

// { view: "home" | "thread" | "requests" | "request", thread, run, number }
export function place() {
  const [, kind, id, , run] = location.hash.split("/").map(decoded);
  if (kind === "threads" && id) return { view: "thread", thread: id, run };
  if (kind === "requests" && id) return { view: "request", number: id };
  if (kind === "requests") return { view: "requests" };
  return { view: "home" };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
