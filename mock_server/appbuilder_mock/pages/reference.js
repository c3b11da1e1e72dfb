// Search in the API reference: what has none of the words asked for is hidden.

const search = document.getElementById("search");
const nothing = document.getElementById("nothing-found");
const articles = [...document.querySelectorAll("article[id]")];
const texts = new Map(articles.map((one) => [one, one.textContent.toLowerCase()]));
const links = [...document.querySelectorAll(".contents li")];

function find() {
  const asked = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = articles.filter((one) => asked.every((word) => texts.get(one).includes(word)));
  const ids = new Set(found.map((one) => one.id));
  for (const one of articles) one.hidden = !ids.has(one.id);
  for (const link of links) {
    const id = link.firstElementChild.hash.slice(1);
    link.hidden = asked.length > 0 && !ids.has(id);
  }
  for (const part of document.querySelectorAll("[data-about]")) part.hidden = asked.length > 0;
  for (const group of document.querySelectorAll(".contents [data-group], .reference section")) {
    const items = [...group.querySelectorAll("li, article")];
    group.hidden = asked.length > 0 && items.every((one) => one.closest("[hidden]"));
  }
  nothing.hidden = found.length > 0;
}

search.oninput = find;
addEventListener("hashchange", () => {
  // A link leads to what the search has hidden.
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.hidden) {
    search.value = "";
    find();
    target.scrollIntoView();
  }
});
search.hidden = false;
