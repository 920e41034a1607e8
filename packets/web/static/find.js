// Filter the procedures while a part of a name is typed. Without scripts, Find does the same on the server.
"use strict";

const find = document.getElementById("find");
if (find) {
  const items = [...document.querySelectorAll("[data-words]")];
  const found = document.getElementById("found");
  const total = items.length;
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ß", "ss");
  function show() {
    const words = plain(find.value).split(/\s+/).filter(Boolean);
    for (const item of items) item.hidden = !words.every((word) => item.dataset.words.includes(word));
    for (const section of document.querySelectorAll(".found")) {
      section.hidden = !section.querySelector("[data-words]:not([hidden])");
    }
    found.textContent = `${items.filter((item) => !item.hidden).length} of ${total} procedures`;
  }
  // After Find, the page has only the procedures that the server found.
  if (!new URLSearchParams(location.search).get("q")) {
    find.addEventListener("input", show);
    window.addEventListener("pageshow", show);
  }
}
