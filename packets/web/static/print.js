// Print a PDF without opening it: a hidden frame loads it, and the browser prints the frame. Ctrl-P prints the packet too.
// Where the browser cannot do that, and without scripts, the link opens the PDF in a tab.
"use strict";

const emptyPdf = document.currentScript.dataset.empty;
let framesPrint; // whether this browser lets a page print a PDF in a frame

function loadFrame(address) {
  document.querySelector("iframe.to-print")?.remove();
  const frame = document.createElement("iframe");
  frame.className = "to-print";
  frame.tabIndex = -1;
  frame.setAttribute("aria-hidden", "true");
  return new Promise((resolve) => {
    frame.addEventListener("load", () => resolve(frame), { once: true });
    frame.src = address;
    document.body.append(frame);
  });
}

function hasPdf(frame) {
  try {
    return frame.contentDocument.contentType === "application/pdf";
  } catch {
    return false; // the viewer of this browser is out of reach
  }
}

// An empty PDF is tried first: the server records each time that a packet is loaded.
async function printPdf(link) {
  framesPrint ??= loadFrame(emptyPdf).then(hasPdf);
  if (await framesPrint) {
    const frame = await loadFrame(link.href);
    if (hasPdf(frame)) {
      frame.contentWindow.print();
      return;
    }
  }
  document.querySelector("iframe.to-print")?.remove();
  window.open(link.href, "_blank", "noopener");
}

if (navigator.pdfViewerEnabled) {
  const links = [...document.querySelectorAll("a[data-print]")];
  for (const link of links) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the PDF itself, in a tab or a window
      event.preventDefault();
      printPdf(link);
    });
  }
  document.addEventListener("keydown", (event) => {
    const asked = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "p";
    const link = links.find((each) => each.checkVisibility());
    if (!asked || !link) return;
    event.preventDefault();
    printPdf(link);
  });
}
