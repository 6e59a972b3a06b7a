// The administrator's pages: upload with progress, correct, remove and take back.
(() => {
  "use strict";
  const { say, tell, make, at, post } = window.ragPage;
  const place = (id) => document.getElementById(id);

  // A message that outlives the reload of the page.
  const AFTER = "rag.admin.after";
  function reload(after) {
    try { sessionStorage.setItem(AFTER, JSON.stringify(after)); } catch (_) { /* then nothing is said */ }
    location.reload();
  }
  try {
    const after = JSON.parse(sessionStorage.getItem(AFTER));
    sessionStorage.removeItem(AFTER);
    if (after) tell(after.text, after.token && { label: say("Hoàn tác", "Undo"), run: () => undo(after.token) });
  } catch (_) { /* nothing to say */ }

  async function undo(token) {
    try {
      const { documents } = await (await post("/admin/undo", { token })).json();
      reload({ text: say(`Đã khôi phục ${documents} tài liệu.`, `${documents} documents are back.`) });
    } catch (error) {
      tell(error.message);
    }
  }

  async function remove(ids) {
    try {
      const { token, titles } = await (await post("/admin/remove", { ids })).json();
      const what = titles.length === 1 ? `“${titles[0]}”` : say(`${titles.length} tài liệu`, `${titles.length} documents`);
      reload({ token, text: say(`Đã xóa ${what}.`, `Removed ${what}.`) });
    } catch (error) {
      tell(error.message);
    }
  }

  // Choosing ----------------------------------------------------------------------------------------------------
  const boxes = () => [...document.querySelectorAll(".one")];
  const chosen = () => boxes().filter((box) => box.checked).map((box) => box.value);
  document.addEventListener("change", (event) => {
    if (event.target.id === "all") boxes().forEach((box) => { box.checked = event.target.checked; });
    if (place("remove")) place("remove").disabled = chosen().length === 0;
    if (place("all")) place("all").checked = boxes().length > 0 && chosen().length === boxes().length;
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("button");
    if (!button) return;
    if (button.id === "remove") remove(chosen());
    if (button.dataset.remove) remove([button.dataset.remove]);
    if (button.dataset.edit) edit(JSON.parse(button.dataset.edit));
  });

  // Correcting --------------------------------------------------------------------------------------------------
  const FIELDS = ["title", "publisher", "author", "published"];
  let edited = "";
  function edit(details) {
    edited = details.id;
    FIELDS.forEach((name) => { place(`edit-${name}`).value = details[name]; });
    place("edit").showModal();
    place("edit-title").focus();
  }
  if (place("edit")) {
    place("edit").querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      const values = Object.fromEntries(FIELDS.map((name) => [name, place(`edit-${name}`).value]));
      try {
        await post("/admin/edit", { id: edited, ...values });
      } catch (error) {
        problem(error.message);
        return;
      }
      reload({ text: say("Đã lưu thông tin.", "The details are saved.") });
    });
  }
  // Inside the dialog: a message behind it would not be seen.
  function problem(text) {
    const body = place("edit").querySelector(".body");
    const old = body.querySelector(".problem");
    if (old) old.remove();
    body.prepend(make("p", { class: "problem", role: "alert", text }));
  }

  // Uploading ---------------------------------------------------------------------------------------------------
  const OUTCOMES = {
    added: ["Đã nạp", "Added"], updated: ["Đã cập nhật", "Updated"], unchanged: ["Không đổi", "Unchanged"],
    failed: ["Không nạp được", "Failed"],
  };
  const waiting = [];
  let isBusy = false;

  function enlist(files) {
    for (const file of files) {
      const state = make("span", { class: "state", text: say("Đang chờ", "Waiting") });
      const bar = make("progress", { max: "1", value: "0", "aria-label": file.name });
      const row = make("li", {}, make("span", { class: "name", text: file.name }), bar, state);
      place("uploads").append(row);
      waiting.push({ file, row, bar, state });
    }
    work();
  }

  async function work() {
    if (isBusy) return;
    isBusy = true;
    let changed = 0;
    while (waiting.length) if (await upload(waiting.shift())) changed += 1;
    isBusy = false;
    if (changed) offerList();
  }

  function offerList() {
    const old = place("refresh");
    if (old) old.remove();
    const button = make("button", { type: "button", class: "quiet", id: "refresh",
      text: say("Xem danh sách mới", "Show the new list") });
    button.addEventListener("click", () => location.reload());
    place("uploads").after(button);
  }

  function upload({ file, row, bar, state }) {
    const query = new URLSearchParams({ name: file.name, collection: place("collection").value });
    return new Promise((resolve) => {
      const request = new XMLHttpRequest(); // fetch tells no progress of what is sent
      request.open("POST", at(`/admin/upload?${query}`));
      request.setRequestHeader("content-type", "application/octet-stream");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) bar.value = event.loaded / event.total;
        state.textContent = say("Đang gửi", "Sending");
      });
      request.upload.addEventListener("load", () => {
        bar.removeAttribute("value");
        state.textContent = say("Đang đọc", "Reading");
      });
      request.addEventListener("loadend", () => {
        const done = readDone(request);
        bar.remove();
        row.classList.add(done.outcome);
        const [vietnamese, english] = OUTCOMES[done.outcome];
        state.textContent = [say(vietnamese, english), done.reason].filter(Boolean).join(": ");
        (done.notes || []).forEach((note) => row.append(make("small", { text: note })));
        resolve(done.outcome === "added" || done.outcome === "updated");
      });
      request.send(file);
    });
  }

  function readDone(request) {
    let found = {};
    try { found = JSON.parse(request.responseText); } catch (_) { /* the server's own refusal is plain text */ }
    if (OUTCOMES[found.outcome]) return found;
    const plain = request.responseText && request.responseText.length < 300 ? request.responseText.trim() : "";
    const lost = say("Không liên lạc được với máy chủ.", "The server cannot be reached.");
    return { outcome: "failed", reason: found.detail || plain || lost };
  }

  if (place("upload")) {
    place("files").addEventListener("change", (event) => {
      enlist(event.target.files);
      event.target.value = "";
    });
    const area = place("upload");
    for (const kind of ["dragenter", "dragover"]) {
      document.addEventListener(kind, (event) => {
        if (![...(event.dataTransfer ? event.dataTransfer.types : [])].includes("Files")) return;
        event.preventDefault();
        area.classList.add("over");
      });
    }
    document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) area.classList.remove("over"); });
    document.addEventListener("drop", (event) => {
      if (!event.dataTransfer || !event.dataTransfer.files.length) return;
      event.preventDefault();
      area.classList.remove("over");
      enlist(event.dataTransfer.files);
    });
    window.addEventListener("beforeunload", (event) => { if (isBusy) event.preventDefault(); });
  }

  for (const select of document.querySelectorAll(".find select")) {
    select.addEventListener("change", () => select.form.requestSubmit());
  }
})();
