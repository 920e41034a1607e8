// Print a PDF without opening it: a hidden frame loads it, and the browser prints the frame. Ctrl-P prints the packet too.
// Where the browser cannot do that, and without scripts, the link opens the PDF in a tab.
"use strict";

function printPdf(link) {
  document.querySelector("iframe.to-print")?.remove();
  const frame = document.createElement("iframe");
  frame.className = "to-print";
  frame.tabIndex = -1;
  frame.setAttribute("aria-hidden", "true");
  frame.addEventListener("load", () => {
    try {
      if (frame.contentDocument.contentType === "application/pdf") {
        frame.contentWindow.print();
        return;
      }
    } catch {
      // The viewer of this browser does not let a page print.
    }
    frame.remove();
    window.open(link.href, "_blank", "noopener");
  });
  frame.src = link.href;
  document.body.append(frame);
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
