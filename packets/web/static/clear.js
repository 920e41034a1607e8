// On pages without a session: nothing that was typed stays in the tab.
"use strict";
sessionStorage.clear();
