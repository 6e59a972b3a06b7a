// When the server cannot be reached: say so calmly, keep what was typed, and open the page anew once it is back (what the
// server knew of this page may be gone by then; history.js brings the conversation back).
(() => {
  "use strict";
  const { say, at } = window.ragPage;
  const DRAFT = `rag.draft.${document.body.dataset.who || ""}`;
  const EVERY_MS = 2000;
  const box = () => document.querySelector("#question textarea");
  let isLost = false;

  async function isThere() {
    try {
      return (await fetch(at("/readyz"), { cache: "no-store", credentials: "same-origin" })).ok;
    } catch (_) {
      return false;
    }
  }

  function notice(text) {
    const place = document.getElementById("lost");
    place.textContent = text;
    place.classList.toggle("shown", Boolean(text));
  }

  // The question in the box, or else the one whose answer was broken off.
  function keep() {
    const broken = document.querySelector("#now .exchange:not(.done) .question");
    const words = (box() && box().value.trim()) || (broken && broken.textContent.trim()) || "";
    try {
      if (words) sessionStorage.setItem(DRAFT, words);
    } catch (_) { /* the browser keeps nothing */ }
  }

  function bringBack() {
    const boot = document.getElementById("boot");
    if (!box() || (boot && !boot.hidden)) return;
    document.removeEventListener("rag:changed", bringBack);
    try {
      const words = sessionStorage.getItem(DRAFT);
      sessionStorage.removeItem(DRAFT);
      if (!words || box().value) return;
      box().value = words;
      box().dispatchEvent(new Event("input", { bubbles: true }));
    } catch (_) { /* nothing was kept */ }
  }

  async function look() {
    if (isLost || await isThere() || isLost) return;
    isLost = true;
    notice(say("Mất kết nối với máy chủ. Câu hỏi của anh chị vẫn được giữ; trang sẽ tự nối lại.",
      "The connection to the server was lost. Your question is kept; the page reconnects by itself."));
    const waiting = setInterval(async () => {
      if (!await isThere()) return;
      clearInterval(waiting);
      location.reload();
    }, EVERY_MS);
  }

  document.addEventListener("rag:changed", bringBack);
  document.addEventListener("rag:lost", look);
  window.addEventListener("offline", look);
  window.addEventListener("pagehide", () => { if (isLost) keep(); });
  // Gradio holds a request open for as long as the page is; it ends when the server does.
  new PerformanceObserver((list) => {
    if (list.getEntries().some((entry) => entry.name.includes("/gradio_api/heartbeat/"))) look();
  }).observe({ type: "resource", buffered: true });
})();
