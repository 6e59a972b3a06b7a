// Earlier conversations, kept in this browser alone; can be switched off and cleared.
(() => {
  "use strict";
  const { say, tell, make, hand } = window.ragPage;

  const SHELF = `rag.history.${document.body.dataset.who || ""}`;
  const OPEN = `rag.open.${document.body.dataset.who || ""}`;
  const MOST = 40;
  const MOST_BROUGHT_BACK = 20;
  const MOST_SENT = 200000; // the server takes 256 kB
  const fresh = () => ({ on: true, conversations: [] });

  function read() {
    try {
      const found = JSON.parse(localStorage.getItem(SHELF));
      if (found && Array.isArray(found.conversations)) return found;
    } catch (_) { /* unreadable, or storage is switched off: as good as empty */ }
    return fresh();
  }

  function write(kept) {
    while (true) {
      try {
        localStorage.setItem(SHELF, JSON.stringify(kept));
        return;
      } catch (_) {
        if (!kept.conversations.length) return;
        kept.conversations.pop(); // full: the oldest goes
      }
    }
  }

  function remember(id) {
    try {
      if (id) sessionStorage.setItem(OPEN, id);
      else sessionStorage.removeItem(OPEN);
    } catch (_) { /* nothing to come back to after a reload */ }
  }

  let current = null;
  let coming = null; // the conversation that was asked for and is not shown yet
  const markOf = (row) => `${row.asked} ${row.question}`;

  function shown() {
    return [...document.querySelectorAll("#past .exchange, #now .exchange")];
  }

  function keep() {
    const exchanges = shown();
    if (!exchanges.length) {
      if (!coming && document.querySelector("#now .welcome")) { current = null; remember(null); }
      return;
    }
    const rows = exchanges.filter((one) => one.dataset.kept).map((one) => JSON.parse(one.dataset.kept));
    const kept = read();
    if (coming) {
      if (!rows.length || markOf(rows.at(-1)) !== coming.mark) return;
      current = coming.id;
      coming = null;
      remember(current);
    }
    if (!rows.length || !kept.on) return;
    if (!current) current = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
    remember(current);
    const before = kept.conversations.find((one) => one.id === current);
    // Brought back and not gone on with: what could not be read just now may be readable again later.
    if (before && before.rows.length >= rows.length && before.rows.at(-1).asked === rows.at(-1).asked) return;
    const rest = kept.conversations.filter((one) => one.id !== current);
    const title = before ? before.title : rows[0].question.slice(0, 200);
    // Only the end of a long conversation is brought back; its beginning stays as it was kept.
    const early = before ? before.rows.filter((row) => row.asked < rows[0].asked) : [];
    const one = { id: current, title, at: Date.now(), rows: [...early, ...rows].slice(-50) };
    write({ on: true, conversations: [one, ...rest].slice(0, MOST) });
  }

  function bringBack(id) {
    const found = read().conversations.find((one) => one.id === id);
    if (!found) return false;
    let rows = found.rows.slice(-MOST_BROUGHT_BACK);
    while (rows.length > 1 && JSON.stringify(rows).length > MOST_SENT) rows = rows.slice(1);
    coming = { id, mark: markOf(rows.at(-1)) };
    // The page may not listen yet when it has just been loaded, so it is asked until it shows the conversation.
    const ask = (times) => {
      if (!times || !coming || shown().length) return;
      hand({ restore: rows });
      setTimeout(() => ask(times - 1), 1500);
    };
    if (shown().length) hand({ restore: rows });
    else ask(20); // half a minute: an old machine takes long to start the page
    return true;
  }

  const day = (time) => new Date(time).toLocaleString(say("vi-VN", "en-GB"), { dateStyle: "short", timeStyle: "short" });

  function list() {
    const kept = read();
    document.getElementById("history-on").checked = kept.on;
    const place = document.getElementById("history-list");
    place.textContent = "";
    for (const one of kept.conversations) {
      const open = make("button", { type: "button", class: "past-one", "data-id": one.id },
        make("span", { text: one.title }), make("small", { text: day(one.at) }));
      const drop = make("button", { type: "button", class: "drop", "data-id": one.id, text: "×",
        "aria-label": say(`Xóa: ${one.title}`, `Delete: ${one.title}`) });
      place.append(make("li", { class: one.id === current ? "open" : "" }, open, drop));
    }
    document.getElementById("history-none").hidden = kept.conversations.length > 0;
    document.getElementById("history-clear").hidden = kept.conversations.length === 0;
  }

  document.addEventListener("rag:opens", (event) => { if (event.detail === "history") list(); });

  document.getElementById("history-list").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.classList.contains("drop")) {
      const kept = read();
      kept.conversations = kept.conversations.filter((one) => one.id !== button.dataset.id);
      if (button.dataset.id === current) current = null;
      write(kept);
      list();
      document.querySelector("#history .close").focus();
    } else if (bringBack(button.dataset.id)) {
      document.getElementById("history").close();
    }
  });

  document.getElementById("history-on").addEventListener("change", (event) => {
    const kept = read();
    kept.on = event.target.checked;
    write(kept);
    if (kept.on) keep();
    list();
  });

  document.getElementById("history-clear").addEventListener("click", () => {
    write({ ...read(), conversations: [] });
    current = null;
    remember(null);
    list();
    tell(say("Đã xóa lịch sử trong trình duyệt này.", "The history in this browser is deleted."));
    document.querySelector("#history .close").focus();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("#new")) coming = null;
  });

  let waiting = 0;
  let isFirst = true;
  document.addEventListener("rag:changed", () => {
    if (isFirst && document.querySelector("#now .welcome")) {
      isFirst = false;
      let open = null;
      try { open = sessionStorage.getItem(OPEN); } catch (_) { /* nothing was open */ }
      if (open && read().on && bringBack(open)) return; // the page was reloaded
    }
    clearTimeout(waiting);
    waiting = setTimeout(keep, 250);
  });
})();
