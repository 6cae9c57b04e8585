// Moving a remark in the basket without a new page, so that what is typed below stays. Everything works without it.
"use strict";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches?.("[data-move]") || !event.submitter) return;
  event.preventDefault();
  const button = event.submitter;
  const data = new FormData(form);
  data.set(button.name, button.value);
  try {
    const answer = await fetch(form.action, { method: "POST", body: data, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const list = page.getElementById("lista");
    if (!answer.ok || !list) throw new Error("not the basket");
    document.getElementById("lista").replaceWith(list);
    // At either end one of the two buttons is missing: its neighbour takes over.
    const other = button.id.startsWith("wyzej") ? button.id.replace("wyzej", "nizej") : button.id.replace("nizej", "wyzej");
    (document.getElementById(button.id) ?? document.getElementById(other))?.focus();
    document.querySelector("[data-order-said]").textContent = page.querySelector("main > [role=status]")?.textContent.trim() ?? "";
  } catch {
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
    form.append(hidden);
    form.submit();
  }
});
