// What helps where scripts run: dates as they are typed, a calendar, a warning when the form no longer says what the
// pages say, and the lock. Everything works without it.
"use strict";

const page = document.documentElement;
const form = document.getElementById("case");
const csrf = document.body.dataset.csrf;
page.classList.add("js");

function send(address, fields) {
  return fetch(address, { method: "POST", body: new URLSearchParams({ csrf, ...fields }), cache: "no-store" });
}

// Dates beside the surgery date; a procedure and a surgeon have dates of their own. While a date is being typed there are
// none, so that those of another day never stand beside it.
if (form) {
  const table = document.getElementById("dates-table");
  const value = (name) => new FormData(form).get(name)?.trim() ?? "";
  const fields = (finished) => ({
    procedure: value("procedure"),
    language: value("language"),
    surgeon: value("surgeon"),
    surgery_date: finished || /^\d{4}-\d\d-\d\d$/.test(value("surgery_date")) ? value("surgery_date") : "",
    ...(value("include_drafts") ? { include_drafts: "yes" } : {}),
  });
  let asked = JSON.stringify(fields(true));
  let turn = 0;
  async function showDates(finished) {
    const now = fields(finished);
    if (JSON.stringify(now) === asked) return;
    asked = JSON.stringify(now);
    const mine = ++turn;
    const answer = await send("/dates", now).catch(() => null);
    const shown = answer && answer.ok ? await answer.text() : "";
    if (mine !== turn) return;
    table.innerHTML = shown;
    if (!shown) asked = "";
  }
  form.elements.surgery_date.addEventListener("input", () => showDates(false));
  form.addEventListener("change", () => showDates(true));
  window.addEventListener("pageshow", () => showDates(true));
}

// A calendar for each date; what is typed stays the truth.
const drawing = '<svg width="22" height="22" viewBox="0 0 22 22" fill="none" stroke="currentColor" stroke-width="1.75"' +
  ' stroke-linecap="round" aria-hidden="true"><rect x="2.5" y="4" width="17" height="15.5" rx="2"/>' +
  '<path d="M2.5 9h17M7 2v4M15 2v4"/></svg>';
for (const typed of document.querySelectorAll("[data-date]")) {
  const frame = document.createElement("div");
  frame.className = "with-calendar";
  typed.replaceWith(frame);
  const picker = document.createElement("input");
  picker.type = "date";
  picker.tabIndex = -1;
  picker.setAttribute("aria-hidden", "true");
  const open = document.createElement("button");
  open.type = "button";
  open.className = "second calendar";
  open.innerHTML = drawing;
  const label = form.querySelector(`label[for="${typed.id}"]`).firstChild.textContent.trim();
  open.setAttribute("aria-label", `Calendar for ${label.toLowerCase()}`);
  open.addEventListener("click", () => {
    picker.value = /^\d{4}-\d\d-\d\d$/.test(typed.value.trim()) ? typed.value.trim() : "";
    picker.showPicker();
  });
  picker.addEventListener("change", () => {
    if (!picker.value) return;
    typed.value = picker.value;
    typed.dispatchEvent(new Event("input", { bubbles: true }));
    typed.focus();
  });
  frame.append(typed, open, picker);
}

// Pages that no longer say what the form says are not offered for printing.
const actions = document.getElementById("actions");
if (form && actions) {
  const result = document.getElementById("made");
  const differs = (field) =>
    field.type === "radio" || field.type === "checkbox" ? field.checked !== field.defaultChecked
      : field.tagName === "SELECT" ? !field.selectedOptions[0].defaultSelected
        : field.name && field.value !== field.defaultValue;
  function compare() {
    const stale = [...form.elements].some((field) => !["BUTTON", "FIELDSET"].includes(field.tagName) && differs(field));
    result.classList.toggle("stale", stale);
    actions.hidden = stale;
    document.getElementById("changed").hidden = !stale;
  }
  form.addEventListener("input", compare);
  form.addEventListener("change", compare);
  window.addEventListener("pageshow", compare);
}

// How far a batch is; when it is over, the page shows what was made.
const going = document.getElementById("going");
if (going) {
  const look = setInterval(async () => {
    const answer = await fetch(going.dataset.progress, { cache: "no-store" });
    if (answer.status === 200) {
      going.innerHTML = await answer.text();
    } else {
      clearInterval(look);
      location.reload();
    }
  }, 500);
}

// The lock: a key or a click keeps the page open, silence closes it here as on the server.
const idle = Number(document.body.dataset.idle) * 1000;
let touched = Date.now();
let told = Date.now();
const notice = document.createElement("div");
notice.className = "locks";
notice.setAttribute("role", "alert");
notice.hidden = true;
document.body.append(notice);
function touch() {
  touched = Date.now();
  if (!notice.hidden) {
    notice.hidden = true;
    notice.replaceChildren();
  }
  if (touched - told > Math.min(60000, idle / 5)) {
    told = touched;
    send("/stay", {}).then((answer) => { if (answer.status === 403) location.replace("/locked"); });
  }
}
for (const kind of ["keydown", "pointerdown", "scroll"]) document.addEventListener(kind, touch, { passive: true });
setInterval(() => {
  const left = idle - (Date.now() - touched);
  if (left <= 0) location.replace("/locked");
  else if (left < Math.min(60000, idle / 5) && notice.hidden) {
    notice.textContent = "This page locks in a minute, and what is typed here goes. Press any key to keep it open.";
    notice.hidden = false;
  }
}, Math.min(1000, idle / 20));
