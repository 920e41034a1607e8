// Keep what is typed while this tab is open, for Reload and Back. It is encrypted with a key that only this session's pages
// have: the browser may write it to the disk, where nobody can read it after the lock.
"use strict";

const kept = document.querySelector("form[data-keep]");
const path = `typed ${location.pathname}`;

const fieldsOf = () => [...kept.elements].filter((field) => field.name && !["hidden", "file", "submit"].includes(field.type));
const differsFromPage = (field) =>
  ["radio", "checkbox"].includes(field.type) ? field.checked !== field.defaultChecked
    : field.tagName === "SELECT" ? !field.selectedOptions[0].defaultSelected
      : field.value !== field.defaultValue;
const isTyped = () => fieldsOf().some(differsFromPage);

async function encryptionKey() {
  const bits = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(csrf));
  return crypto.subtle.importKey("raw", bits, "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function keep() {
  if (!isTyped()) {
    sessionStorage.removeItem(path);
    return;
  }
  const values = fieldsOf().map((field) => [field.name, field.value, field.checked ?? false]);
  const text = new TextEncoder().encode(JSON.stringify(values));
  const start = crypto.getRandomValues(new Uint8Array(12));
  const data = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: start }, await encryptionKey(), text));
  sessionStorage.setItem(path, btoa(String.fromCharCode(...start, ...data)));
}

async function restore() {
  const stored = sessionStorage.getItem(path);
  if (!stored) return;
  const bytes = Uint8Array.from(atob(stored), (letter) => letter.charCodeAt(0));
  let values;
  try {
    const options = { name: "AES-GCM", iv: bytes.slice(0, 12) };
    const data = await crypto.subtle.decrypt(options, await encryptionKey(), bytes.slice(12));
    values = JSON.parse(new TextDecoder().decode(data));
  } catch {
    sessionStorage.removeItem(path); // of an earlier session
    return;
  }
  const fields = fieldsOf();
  for (const [name, value, checked] of values) {
    for (const field of fields.filter((each) => each.name === name)) {
      if (!["radio", "checkbox"].includes(field.type)) field.value = value;
      else if (field.value === value) field.checked = checked;
    }
  }
  if (!isTyped()) return;
  for (const field of fields.filter(differsFromPage)) field.closest("details")?.setAttribute("open", "");
  for (const field of fields.filter((each) => each.type === "text")) field.dispatchEvent(new Event("input", { bubbles: true }));
  kept.dispatchEvent(new Event("change"));
  const message = document.createElement("div");
  message.className = "note kept";
  message.setAttribute("role", "status");
  message.innerHTML = "<p><strong>What you typed on this page is still here.</strong> Check whose it is.</p>"
    + '<div class="actions"><button type="button" class="second">Clear the form</button></div>';
  message.querySelector("button").addEventListener("click", () => {
    kept.reset();
    sessionStorage.removeItem(path);
    kept.dispatchEvent(new Event("change"));
    for (const field of fieldsOf().filter((each) => each.type === "text")) field.dispatchEvent(new Event("input", { bubbles: true }));
    message.remove();
  });
  kept.prepend(message);
}

// A packet that was made or put in the outbox, and Next patient, end what was typed for a patient.
if (document.querySelector("#actions, .next-patient")) {
  for (const name of Object.keys(sessionStorage)) if (name !== path) sessionStorage.removeItem(name);
}
for (const link of document.querySelectorAll("a.next-patient")) link.addEventListener("click", clearKept);
document.addEventListener("click", (event) => {
  if (event.target.closest?.("a[href]:not([target]):not([download])")) leaving = true;
});

if (kept && crypto.subtle) {
  let waiting;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 100);
  };
  kept.addEventListener("input", soon);
  kept.addEventListener("change", soon);
  restore();
}
if (kept) {
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && isTyped()) event.preventDefault();
  });
}
