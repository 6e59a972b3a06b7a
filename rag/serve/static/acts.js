// What can be done with an answer: copy it, take it along, judge it, ask again, put the question otherwise.
(() => {
  "use strict";
  const { say, tell, make, at, post, save } = window.ragPage;

  const exchangeOf = (element) => element.closest(".exchange");
  const keptOf = (exchange) => JSON.parse(exchange.dataset.kept);

  // Hand something to the chat: a question, or a conversation to bring back.
  function hand(detail) {
    const place = document.querySelector("#now .exchange, #now .welcome");
    if (place) place.dispatchEvent(new CustomEvent("rag:ask", { bubbles: true, detail }));
  }
  window.ragPage.hand = hand;

  const ask = (question, replace) => hand({ ask: question, replace, filters: location.search });

  async function copy(exchange) {
    const text = exchange.dataset.copy.replace(/ (\/(?:\S+\/)?documents\/\S+\?start=\d+&end=\d+)/g, ` ${location.origin}$1`);
    try {
      await navigator.clipboard.writeText(text);
    } catch (_) {
      copyTheOldWay(text); // over plain HTTP there is no clipboard
    }
    tell(say("Đã sao chép, kèm nguồn.", "Copied with its sources."));
  }

  function copyTheOldWay(text) {
    const area = make("textarea", { class: "aside", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  async function take(exchanges, format) {
    const rows = exchanges.filter((one) => one.dataset.kept).map(keptOf);
    if (!rows.length) return;
    try {
      await save(await post(`/export?format=${format}`, { exchanges: rows }));
      tell(say("Đã tải xong.", "Saved."));
    } catch (error) {
      tell(error.message);
    }
  }

  // The question as a field in its own place; sent, it takes the place of this exchange.
  function edit(exchange, words) {
    const place = exchange.querySelector(".asked");
    if (place.hidden) return;
    const box = make("textarea", { class: "rewrite", rows: "2", maxlength: "2000",
      "aria-label": say("Sửa câu hỏi", "Edit the question") });
    box.value = words;
    const send = make("button", { type: "submit", class: "go", text: say("Hỏi lại", "Ask again") });
    const drop = make("button", { type: "button", class: "quiet", text: say("Thôi", "Cancel") });
    const form = make("form", { class: "rewriting" }, box, make("div", { class: "buttons" }, send, drop));
    const leave = () => { form.remove(); place.hidden = false; place.querySelector("button").focus(); };
    const go = () => { if (box.value.trim()) ask(box.value.trim(), true); };
    drop.addEventListener("click", leave);
    form.addEventListener("submit", (event) => { event.preventDefault(); go(); });
    box.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); go(); }
      if (event.key === "Escape") leave();
    });
    place.hidden = true;
    place.after(form);
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }

  const REASONS = [
    ["figure", "Sai số liệu", "Wrong figure"],
    ["source", "Sai nguồn", "Wrong source"],
    ["unanswered", "Chưa trả lời đúng câu hỏi", "Does not answer the question"],
    ["other", "Khác", "Other"],
  ];

  async function judge(exchange, verdict, reason, comment) {
    try {
      await post("/feedback", { exchange: keptOf(exchange), verdict, reason, comment });
    } catch (error) {
      tell(error.message);
      return false;
    }
    exchange.querySelectorAll(".judge").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.act === verdict));
      button.disabled = true;
    });
    tell(say("Đã ghi nhận. Cảm ơn anh chị.", "Noted. Thank you."));
    return true;
  }

  function complain(exchange) {
    const old = exchange.querySelector(".complaint");
    if (old) { old.remove(); return; }
    const label = say("Sai chỗ nào?", "What is wrong?");
    const name = `reason-${exchange.dataset.exchange}`;
    const choices = REASONS.map(([value, vietnamese, english]) => make("label", {},
      make("input", { type: "radio", name, value }), ` ${say(vietnamese, english)}`));
    const comment = make("textarea", { rows: "2", maxlength: "2000", "aria-label": say("Góp ý thêm", "More about it"),
      placeholder: say("Góp ý thêm (không bắt buộc)", "More about it (optional)") });
    const send = make("button", { type: "submit", class: "go", text: say("Gửi", "Send") });
    const drop = make("button", { type: "button", class: "quiet", text: say("Thôi", "Cancel") });
    const form = make("form", { class: "complaint" }, make("fieldset", {}, make("legend", { text: label }), ...choices),
      comment, make("div", { class: "buttons" }, send, drop));
    const leave = () => { form.remove(); exchange.querySelector("[data-act=down]").focus(); };
    drop.addEventListener("click", leave);
    form.addEventListener("keydown", (event) => { if (event.key === "Escape") leave(); });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      send.disabled = true;
      const chosen = form.querySelector("input:checked");
      const reason = chosen ? chosen.value : "other";  // none is chosen for the person
      if (await judge(exchange, "down", reason, comment.value)) form.remove();
      else send.disabled = false;
    });
    exchange.querySelector(".acts").after(form);
    form.querySelector("input").focus();
  }

  async function leave() {
    try {
      await post("/sign-out", {});
      location.assign(at("/"));
    } catch (error) {
      tell(error.message);
    }
  }

  const ACTS = {
    copy: (exchange) => copy(exchange),
    word: (exchange) => take([exchange], "docx"),
    markdown: (exchange) => take([exchange], "md"),
    "word-all": () => take([...document.querySelectorAll(".exchange")], "docx"),
    retry: (exchange) => ask(exchange.querySelector(".question").textContent, true),
    edit: (exchange) => edit(exchange, exchange.querySelector(".question").textContent),
    correct: (exchange) => edit(exchange, exchange.querySelector(".understood span").textContent),
    "sign-out": () => leave(),
    up: (exchange) => judge(exchange, "up", "", ""),
    down: (exchange) => complain(exchange),
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-act]");
    if (button && ACTS[button.dataset.act]) ACTS[button.dataset.act](exchangeOf(button));
  });

  // Questions to go on with come after the answer, apart from it; they belong under it.
  function placeFollowUps() {
    const next = document.querySelector("#next .next");
    const last = document.querySelector("#now .exchange.done");
    if (!next || !last || last.dataset.exchange !== next.dataset.for || last.querySelector(".next")) return;
    last.querySelector(".said").append(next.cloneNode(true));
  }

  document.addEventListener("rag:changed", () => {
    placeFollowUps();
    const isOne = document.querySelectorAll(".exchange[data-kept]").length < 2;
    document.querySelectorAll(".saves").forEach((button) => { button.hidden = isOne; });
    document.querySelectorAll("a.admin").forEach((link) => { link.hidden = !document.body.dataset.administers; });
    document.querySelectorAll(".leaves").forEach((button) => { button.hidden = !document.body.dataset.signedIn; });
  });
})();
