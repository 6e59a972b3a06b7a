// What the chat page does by itself: lead from a marker to its source, keep the new question in view, speak Vietnamese
// where Gradio does not. No data leaves the page from here.
(() => {
  "use strict";

  // Gradio sets the page's language to one of its own, and Vietnamese is not among them.
  const language = document.documentElement.lang;
  new MutationObserver(() => {
    if (document.documentElement.lang !== language) document.documentElement.lang = language;
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });

  const sourceOf = (marker) => document.getElementById(marker.dataset.source);

  function show(marker) {
    document.querySelectorAll(".shown").forEach((old) => old.classList.remove("shown"));
    const source = sourceOf(marker);
    if (!source) return null;
    marker.classList.add("shown");
    source.parentElement.classList.add("shown");
    return source;
  }

  // Bring a source into view inside the panel, without moving the page under the reader's pointer.
  function bringIntoPanel(source) {
    const panel = source.closest(".sources");
    if (!panel || panel.scrollHeight <= panel.clientHeight) return;
    const place = source.getBoundingClientRect();
    const frame = panel.getBoundingClientRect();
    if (place.top < frame.top || place.bottom > frame.bottom) panel.scrollTop += place.top - frame.top - frame.height / 4;
  }

  document.addEventListener("click", (event) => {
    const more = event.target.closest(".more");
    if (!more) return;
    const isWhole = more.closest(".place").classList.toggle("whole");
    more.setAttribute("aria-expanded", String(isWhole));
  });
  for (const kind of ["mouseover", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const marker = event.target.closest && event.target.closest(".cite");
      const source = marker && show(marker);
      if (source) bringIntoPanel(source.parentElement);
    });
  }

  // Enter that ends a composed syllable (Telex, VNI input methods) is not yet a question.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopPropagation();
  }, true);

  const LOST = /connection.*(lost|errored)|lost connection/i;
  const NOTICES = [
    [/queue is full|too many|busy/i, "Máy chủ đang bận. Xin thử lại sau ít phút."],
  ];
  const TITLES = { Error: "Sự cố", Warning: "Lưu ý", Info: "Thông báo", Success: "Xong" };

  function translate(toast) {
    if (!toast.hidden && LOST.test(toast.textContent)) {
      toast.hidden = true;  // connection.js says it, and keeps the question
      document.dispatchEvent(new CustomEvent("rag:lost"));
    }
    if (language !== "vi") return;
    const close = toast.querySelector("[data-testid=toast-close]");
    if (close) close.setAttribute("aria-label", "Đóng");
    for (const node of textsIn(toast)) {
      const known = NOTICES.find(([pattern]) => pattern.test(node.data));
      const spoken = known ? known[1] : TITLES[node.data.trim()];
      if (spoken) node.data = spoken;
    }
  }

  function textsIn(element) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) nodes.push(walker.currentNode);
    return nodes;
  }

  let shownExchange = "";
  // The parts of the page change one after the other, so the new question is brought to the top until they have settled,
  // unless the reader scrolls.
  let follows = 0;
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    document.addEventListener(kind, () => { follows = 0; }, { passive: true, capture: true });
  }

  function settle() {
    const now = document.getElementById("now");
    const boot = document.getElementById("boot");
    if (boot && !boot.hidden && now && now.textContent.trim()) {
      boot.hidden = true;
      document.querySelector("#question textarea")?.focus();
    }
    // Read out when it is complete: until then the exchange says that it is busy.
    if (now && !now.hasAttribute("aria-live")) now.setAttribute("aria-live", "polite");
    const exchange = now && now.querySelector(".exchange");
    const number = exchange ? exchange.dataset.exchange : "";
    if (number !== shownExchange) {
      shownExchange = number;
      if (exchange) follows = performance.now() + 600;
      else document.querySelector("#question textarea")?.focus();
    }
    if (exchange && performance.now() < follows) exchange.scrollIntoView({ block: "start" });
    document.querySelectorAll("[data-testid=toast-body]").forEach(translate);
    document.dispatchEvent(new CustomEvent("rag:changed"));
  }

  let isPlanned = false;
  new MutationObserver(() => {
    if (isPlanned) return;
    isPlanned = true;
    requestAnimationFrame(() => { isPlanned = false; settle(); });
  }).observe(document.documentElement, { childList: true, subtree: true, characterData: true });
})();
