// When the work on a table is done, its page has something new to show. Without this file one loads the page again.
"use strict";

document.addEventListener("htmx:load", (event) => {
  const part = event.target;
  if (part.matches?.(".job") && part.querySelector("[data-job-done], [role=alert]")) location.reload();
});
