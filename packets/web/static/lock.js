// The lock, shared by all tabs; and what to say when the server no longer answers or was restarted.
"use strict";

const csrf = document.body.dataset.csrf;
const idle = Number(document.body.dataset.idle) * 1000;
const warnBefore = Math.min(60000, idle / 5);
const tabs = new BroadcastChannel("packets");
let lastActive = Date.now();
let lastReported = Date.now();
let lastShared = 0;
let leaving = false; // to another page of this form, or to the lock: no warning

function send(address, fields) {
  const body = new URLSearchParams({ csrf, ...fields });
  return fetch(address, { method: "POST", body, cache: "no-store", redirect: "manual" });
}

const notice = document.createElement("div");
notice.className = "locks";
notice.setAttribute("role", "alert");
notice.hidden = true;
document.body.append(notice);
let lasting = false; // whether the notice stays when a key is pressed

function say(text, stays = false) {
  if (lasting && !stays) return;
  lasting = stays && text !== "";
  if (notice.textContent !== text) notice.textContent = text;
  notice.hidden = text === "";
}

// Ask the server whether this page can still be sent. A page of a server that was restarted is kept: it has typed text.
async function stillOpen() {
  const answer = await send("/stay", {}).catch(() => null);
  // Only the hospital's own web server, in front of this one, answers with a redirect to its sign-in or with 401.
  if (answer && (answer.type === "opaqueredirect" || answer.status === 401)) {
    say("Your sign-in has ended. What you typed is still on this page: keep it open, open Packets in another tab, sign in "
      + "there, and press the button here again.", true);
    return false;
  }
  if (!answer || answer.status >= 500) {
    say("Packets is not responding. It may have been closed. What you typed is still on this page: keep it open, open Packets "
      + "again, and type it there.", true);
    return false;
  }
  if (answer.status === 403) {
    if (answer.headers.get("X-Packets-Server") === document.body.dataset.server) {
      lock();
      return false;
    }
    say("Packets was restarted, and this page can no longer be sent. What you typed is still here: keep it open, open Packets "
      + "again, and type it there.", true);
    return false;
  }
  lasting = false;
  say("");
  return true;
}

function clearKept() {
  sessionStorage.clear();
}

// Show the locked page; without a server, clear this one.
async function lock() {
  leaving = true;
  clearKept();
  const answer = await fetch("/locked", { cache: "no-store" }).catch(() => null);
  if (answer && answer.ok) {
    location.replace("/locked");
    return;
  }
  const text = document.createElement("p");
  text.className = "lead";
  text.textContent = "This form is locked, and everything typed here has been cleared. To continue, open Packets again.";
  document.body.replaceChildren(text);
}

// A key press or click in any tab keeps all of them open.
function wasActive(at) {
  lastActive = Math.max(lastActive, at);
  say("");
}
function noteActivity() {
  const now = Date.now();
  if (now - lastShared > 1000) {
    lastShared = now;
    tabs.postMessage({ active: now });
  }
  wasActive(now);
  if (now - lastReported > warnBefore) {
    lastReported = now;
    stillOpen();
  }
}
tabs.addEventListener("message", ({ data }) => {
  if (data.locked) lock();
  else wasActive(data.active);
});
for (const kind of ["keydown", "pointerdown", "scroll"]) document.addEventListener(kind, noteActivity, { passive: true });
setInterval(() => {
  const left = idle - (Date.now() - lastActive);
  if (left <= 0 && !leaving) lock();
  else if (left < warnBefore) {
    say("This form locks in one minute and clears everything typed. Press any key to keep it open.");
  }
}, Math.min(1000, idle / 20));

document.querySelector("form.lock").addEventListener("submit", () => {
  leaving = true;
  clearKept();
  tabs.postMessage({ locked: true });
});

// Nothing is sent to a server that would not take it: the page that has the typed text stays.
for (const each of document.querySelectorAll("form[method=post]:not(.lock)")) {
  let checked = false;
  let checking = false;
  each.addEventListener("submit", async (event) => {
    if (checked) {
      leaving = true;
      return;
    }
    event.preventDefault();
    if (checking) return;
    checking = true;
    checked = await stillOpen();
    checking = false;
    if (checked) each.requestSubmit(event.submitter);
  });
}
