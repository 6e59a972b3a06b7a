// What questions are narrowed down to: chosen in a dialog, shown as chips, kept in the page's address.
(() => {
  "use strict";
  const { say, tell, make, send } = window.ragPage;

  const KINDS = ["publisher", "collection", "document"];
  const wanted = () => new URLSearchParams(location.search);
  const titles = new Map(); // of documents, by id
  const shownDay = (day) => day.split("-").reverse().join("/");

  // "8/1/2021", "1/2021" or "2021" as a day; a month or a year begins or ends with the period. null = no day.
  function readDay(text, isEnd) {
    const numbers = text.trim().split(/[\s./-]+/).filter(Boolean).map(Number);
    if (!numbers.length || numbers.length > 3 || !numbers.every(Number.isInteger)) return null;
    const year = numbers.pop();
    const month = numbers.length ? numbers.pop() : (isEnd ? 12 : 1);
    const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
    const day = numbers.length ? numbers.pop() : (isEnd ? last : 1);
    if (year < 1900 || year > 2200 || month < 1 || month > 12 || day < 1 || day > last) return null;
    return [year, String(month).padStart(2, "0"), String(day).padStart(2, "0")].join("-");
  }

  function put(parameters) {
    const query = parameters.toString();
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
    chips();
  }

  function without(name, value) {
    const rest = new URLSearchParams();
    for (const [key, one] of wanted()) if (key !== name || one !== value) rest.append(key, one);
    put(rest);
  }

  function chip(name, value, text) {
    const drop = make("button", { type: "button", text: "×", "aria-label": say(`Bỏ: ${text}`, `Remove: ${text}`) });
    drop.addEventListener("click", () => { without(name, value); document.querySelector("#chips .narrow").focus(); });
    return make("span", { class: "wish", title: text }, make("span", { text }), drop);
  }

  function chips() {
    const place = document.getElementById("chips");
    if (!place) return;
    place.textContent = "";
    const label = say("Lọc tài liệu", "Filter");
    place.append(make("button", { type: "button", class: "narrow", "data-opens": "filters", "aria-haspopup": "dialog",
      text: label }));
    const unknown = [];
    for (const [name, value] of wanted()) {
      if (name === "from") place.append(chip(name, value, say(`từ ${shownDay(value)}`, `from ${shownDay(value)}`)));
      if (name === "to") place.append(chip(name, value, say(`đến ${shownDay(value)}`, `until ${shownDay(value)}`)));
      if (name === "publisher" || name === "collection") place.append(chip(name, value, value));
      if (name === "document") {
        if (!titles.has(value)) unknown.push(value);
        place.append(chip(name, value, titles.get(value) || value));
      }
    }
    if (unknown.length) name(unknown);
  }

  async function name(ids) {
    ids.forEach((id) => titles.set(id, id)); // asked for once, known or not
    try {
      const query = new URLSearchParams(ids.map((id) => ["document", id]));
      const found = await (await send(`/filters?${query}`)).json();
      found.chosen.forEach((one) => titles.set(one.id, one.title));
      chips();
    } catch (_) { /* the id stands there instead */ }
  }

  function option(kind, value, text, isChosen) {
    const box = make("input", { type: "checkbox", value, "data-kind": kind, checked: isChosen });
    return make("label", {}, box, ` ${text}`);
  }

  function fill(kind, options) {
    const place = document.getElementById(`filter-${kind}`);
    const chosen = new Set(kind === "document" ? chosenIn(place, wanted().getAll(kind)) : wanted().getAll(kind));
    const known = new Map(options);
    for (const value of chosen) if (!known.has(value)) known.set(value, titles.get(value) || value);
    place.textContent = "";
    const rows = [...known].sort((a, b) => Number(chosen.has(b[0])) - Number(chosen.has(a[0])));
    rows.forEach(([value, text]) => place.append(option(kind, value, text, chosen.has(value))));
    place.closest("fieldset").hidden = kind !== "document" && !rows.length;
  }

  function chosenIn(place, fallback) {
    const boxes = [...place.querySelectorAll("input")];
    return boxes.length ? boxes.filter((box) => box.checked).map((box) => box.value) : fallback;
  }

  async function load(words, all) {
    let found;
    try {
      found = await (await send(`/filters?${new URLSearchParams({ q: words })}`)).json();
    } catch (error) {
      tell(error.message);
      return;
    }
    const counted = (rows) => rows.map((one) => [one.name, `${one.name} (${one.documents})`]);
    if (all) {
      fill("publisher", counted(found.publishers));
      fill("collection", counted(found.collections));
    }
    found.documents.forEach((one) => titles.set(one.id, one.title));
    fill("document", found.documents.map((one) => [one.id, one.title]));
  }

  document.addEventListener("rag:opens", (event) => {
    if (event.detail !== "filters") return;
    for (const end of ["from", "to"]) {
      const field = document.getElementById(`filter-${end}`);
      field.value = shownDay(wanted().get(end) || "");
      field.removeAttribute("aria-invalid");
    }
    document.getElementById("filter-find").value = "";
    KINDS.forEach((kind) => { document.getElementById(`filter-${kind}`).textContent = ""; });
    load("", true);
  });

  let waiting = 0;
  document.getElementById("filter-find").addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => load(event.target.value, false), 200);
  });
  document.getElementById("filter-find").addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });

  document.querySelector("#filters form").addEventListener("submit", (event) => {
    const chosen = new URLSearchParams();
    for (const end of ["from", "to"]) {
      const field = document.getElementById(`filter-${end}`);
      const day = readDay(field.value, end === "to");
      field.setAttribute("aria-invalid", String(Boolean(field.value.trim()) && !day));
      if (day) chosen.set(end, day);
      else if (field.value.trim()) {
        event.preventDefault();
        tell(say("Ngày ghi theo dạng 8/1/2021, 1/2021 hoặc 2021.", "Write days as 8/1/2021, 1/2021 or 2021."));
        field.focus();
        return;
      }
    }
    document.querySelectorAll("#filters .options input:checked").forEach((box) => {
      chosen.append(box.dataset.kind, box.value);
    });
    put(chosen);
  });
  document.getElementById("filter-none").addEventListener("click", () => {
    document.getElementById("filters").close();
    put(new URLSearchParams());
  });

  window.addEventListener("popstate", chips);
  let isThere = false;
  document.addEventListener("rag:changed", () => {
    if (isThere && document.querySelector("#chips .narrow")) return;
    isThere = Boolean(document.getElementById("chips"));
    if (isThere) chips();
  });
})();
