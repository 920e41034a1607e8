// Show a page of the packet as wide as the window. Without scripts, the link opens the picture in a tab.
"use strict";

const pictures = [...document.querySelectorAll(".pages a")];
if (pictures.length > 0) {
  const dialog = document.createElement("dialog");
  dialog.className = "enlarged";
  dialog.setAttribute("aria-label", "Enlarged page");
  dialog.innerHTML = '<div class="actions"><button type="button" class="second" value="-1">Previous</button>'
    + '<button type="button" class="second" value="1">Next</button>'
    + '<button type="button" class="main" value="">Close</button></div><div class="sheet" tabindex="0"><img alt=""></div>';
  const [previous, next, close] = dialog.querySelectorAll("button");
  const sheet = dialog.querySelector(".sheet");
  const image = dialog.querySelector("img");
  let shown = 0;
  function show(place) {
    shown = place;
    image.src = pictures[place].href;
    image.alt = pictures[place].querySelector("img").alt;
    sheet.setAttribute("aria-label", image.alt);
    sheet.setAttribute("role", "region");
    sheet.scrollTop = 0;
    previous.disabled = place === 0;
    next.disabled = place === pictures.length - 1;
  }
  previous.addEventListener("click", () => show(shown - 1));
  next.addEventListener("click", () => show(shown + 1));
  close.addEventListener("click", () => dialog.close());
  for (const [place, link] of pictures.entries()) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(place);
      dialog.showModal();
      sheet.focus();
    });
  }
  document.body.append(dialog);
}
