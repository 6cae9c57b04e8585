// When the document is read, its page shows the preview by itself. Without this file the page is loaded again by hand.
"use strict";

document.addEventListener("htmx:afterSwap", () => {
  if (document.querySelector("[data-job-done]")) window.location.reload();
});
