// Conveniences: dates while typing, a calendar, and a warning when the form no longer matches the pages.
// Everything works without scripts.
"use strict";

const form = document.getElementById("case");
document.documentElement.classList.add("js");

// Whether a date looks complete: 2026-12-07, 12/07/2026 or December 7, 2026.
const complete = (text) => /^\d{4}-\d\d-\d\d$|^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}$|[a-z]{3}.* ?\d{4}$/i.test(text.trim());

// The calendar's 2026-12-07 as the clinic types it.
function asTyped(iso) {
  const [year, month, day] = iso.split("-");
  return { mdy: `${month}/${day}/${year}`, dmy: `${day}/${month}/${year}` }[form.dataset.order] ?? iso;
}

function asIso(text) {
  const numbers = text.match(/^(\d{1,2})\/(\d{1,2})\/(\d{4})$/);
  if (!numbers) return /^\d{4}-\d\d-\d\d$/.test(text) ? text : "";
  const [first, second] = [numbers[1].padStart(2, "0"), numbers[2].padStart(2, "0")];
  return { mdy: `${numbers[3]}-${first}-${second}`, dmy: `${numbers[3]}-${second}-${first}` }[form.dataset.order] ?? "";
}

// Recovery dates next to the surgery date. They depend on the procedure and the surgeon too. While a date is incomplete
// none are shown, so that dates of another day never appear next to it.
if (form) {
  const table = document.getElementById("dates-table");
  const value = (name) => new FormData(form).get(name)?.trim() ?? "";
  const fields = (finished) => ({
    procedure: value("procedure"),
    language: value("language"),
    surgeon: value("surgeon"),
    surgery_date: finished || complete(value("surgery_date")) ? value("surgery_date") : "",
    ...(value("include_drafts") ? { include_drafts: "yes" } : {}),
  });
  let requested = JSON.stringify(fields(true));
  let latest = 0;
  async function showDates(finished) {
    const now = fields(finished);
    if (JSON.stringify(now) === requested) return;
    requested = JSON.stringify(now);
    const request = ++latest;
    const answer = await send("/dates", now).catch(() => null);
    const html = answer && answer.ok ? await answer.text() : "";
    if (request !== latest) return;
    table.innerHTML = html;
    if (html) return;
    requested = "";
    const failed = document.createElement("p");
    failed.className = "error";
    failed.textContent = answer ? "The recovery dates cannot be shown. Press Make to see why."
      : "The recovery dates cannot be shown: Packets is not responding. It may have been closed.";
    table.append(failed);
  }
  form.elements.surgery_date.addEventListener("input", () => showDates(false));
  form.addEventListener("change", () => showDates(true));
  window.addEventListener("pageshow", () => showDates(true));
}

// How each date is read, in words; and the buttons that type today's date.
if (form) {
  const handout = () => ({ procedure: form.elements.procedure.value, language: new FormData(form).get("language") ?? "" });
  for (const typed of document.querySelectorAll("[data-date]")) {
    const words = document.getElementById(`${typed.id}-words`);
    let shown = typed.value;
    let latest = 0;
    async function showWords() {
      if (typed.value === shown) return;
      shown = typed.value;
      const request = ++latest;
      if (!complete(shown)) {
        words.textContent = "";
        return;
      }
      const birth = typed.id === "dob" ? { dob: "yes" } : {};
      const answer = await send("/date-words", { ...handout(), ...birth, date: shown }).catch(() => null);
      const text = answer && answer.ok ? await answer.text() : "";
      if (request === latest) words.textContent = text;
    }
    typed.addEventListener("input", showWords);
    window.addEventListener("pageshow", showWords);
  }
  for (const button of document.querySelectorAll(".day-buttons button")) {
    const [day, name] = button.value.split("=");
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      const answer = await send("/date-button", { ...handout(), button: day }).catch(() => null);
      if (!answer || !answer.ok) {
        form.requestSubmit(button);
        return;
      }
      const typed = form.elements[name];
      typed.value = await answer.text();
      typed.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}

// A calendar button for each date; the text field is what is submitted. Nobody finds a date of birth in a calendar.
const icon = '<svg width="22" height="22" viewBox="0 0 22 22" fill="none" stroke="currentColor" stroke-width="1.75"' +
  ' stroke-linecap="round" aria-hidden="true"><rect x="2.5" y="4" width="17" height="15.5" rx="2"/>' +
  '<path d="M2.5 9h17M7 2v4M15 2v4"/></svg>';
for (const typed of document.querySelectorAll("[data-date]:not(#dob)")) {
  const picker = document.createElement("input");
  picker.type = "date";
  picker.tabIndex = -1;
  picker.setAttribute("aria-hidden", "true");
  const open = document.createElement("button");
  open.type = "button";
  open.className = "second calendar";
  open.innerHTML = icon;
  const label = form.querySelector(`label[for="${typed.id}"]`).firstChild.textContent.trim();
  open.setAttribute("aria-label", `Calendar for ${label.toLowerCase()}`);
  open.addEventListener("click", () => {
    picker.value = asIso(typed.value.trim());
    picker.showPicker();
  });
  picker.addEventListener("change", () => {
    if (!picker.value) return;
    typed.value = asTyped(picker.value);
    typed.dispatchEvent(new Event("input", { bubbles: true }));
    typed.focus();
  });
  const field = typed.closest(".field");
  const buttons = field.querySelector(".day-buttons") ?? field.appendChild(document.createElement("div"));
  buttons.className = "day-buttons";
  buttons.append(open, picker);
}

// The buttons of a date are one stop of the Tab key; the arrow keys move between them.
for (const bar of document.querySelectorAll(".day-buttons")) {
  const buttons = [...bar.querySelectorAll("button")];
  const label = bar.closest(".field").querySelector("label").firstChild.textContent.trim();
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", `Days for ${label.toLowerCase()}`);
  const stopAt = (stop) => {
    for (const each of buttons) each.tabIndex = each === stop ? 0 : -1;
  };
  stopAt(buttons[0]);
  bar.addEventListener("focusin", (event) => buttons.includes(event.target) && stopAt(event.target));
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    buttons[(buttons.indexOf(event.target) + step + buttons.length) % buttons.length].focus();
  });
}

// Pages that no longer match the form are not offered for printing.
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
    document.getElementById("make").classList.toggle("main", stale);
  }
  form.addEventListener("input", compare);
  form.addEventListener("change", compare);
  window.addEventListener("pageshow", compare);
}

// Progress of a batch; when it finishes, the page reloads to show the result.
const going = document.getElementById("going");
if (going) {
  const closed = document.getElementById("closed");
  let unanswered = 0;
  const timer = setInterval(async () => {
    const answer = await fetch(going.dataset.progress, { cache: "no-store" }).catch(() => null);
    unanswered = answer ? 0 : unanswered + 1;
    const silent = unanswered > 2;
    going.hidden = silent;
    closed.hidden = !silent;
    document.getElementById("stop").hidden = silent;
    if (!answer) return;
    if (answer.status === 200) {
      going.innerHTML = await answer.text();
    } else {
      clearInterval(timer);
      location.reload();
    }
  }, 500);
}
