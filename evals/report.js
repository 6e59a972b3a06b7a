"use strict";
const form = document.querySelector("form");
const cards = [...document.querySelectorAll("article")];
const count = document.querySelector("#count");
function show() {
  const words = form.words.value.normalize("NFC").toLowerCase();
  let shown = 0;
  for (const card of cards) {
    const fits = (!form.category.value || card.dataset.category === form.category.value)
      && (!form.outcome.value || card.dataset.outcome === form.outcome.value)
      && (!words || card.textContent.normalize("NFC").toLowerCase().includes(words));
    card.classList.toggle("hidden", !fits);
    shown += fits;
  }
  count.textContent = `${shown} / ${cards.length}`;
}
form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
show();
