// What our scripts share. No data leaves the page for another host: every address here is a path of this server.
window.ragPage = (() => {
  "use strict";

  // Gradio changes the page's language later, so it is read now.
  const isVietnamese = document.documentElement.lang !== "en";
  const say = (vietnamese, english) => (isVietnamese ? vietnamese : english);

  // Where browsers find a path of this server, also where a proxy puts it under a sub-path: this script is at /ui/page.js.
  const home = new URL("..", document.currentScript.src).pathname;
  const at = (path) => home + path.slice(1);

  let fading = 0;
  // Tell something in passing; read out by screen readers. An action, if given, is offered as a button.
  function tell(text, action) {
    const place = document.getElementById("told");
    if (!place) return;
    place.textContent = "";
    const words = document.createElement("span");
    words.textContent = text;
    place.append(words);
    if (action) {
      const button = make("button", { type: "button", text: action.label });
      button.addEventListener("click", () => { place.classList.remove("shown"); action.run(); });
      place.append(button);
    }
    place.classList.add("shown");
    clearTimeout(fading);
    fading = setTimeout(() => place.classList.remove("shown"), action ? 20000 : 4000);
  }

  // An element with attributes; "text" is its text. Values never become markup.
  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "text") element.textContent = value;
      else if (value === true) element.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  }

  const trouble = () => say("Không liên lạc được với máy chủ.", "The server cannot be reached.");

  // The server's answer, or an Error whose message is for the person.
  async function send(path, options) {
    let response;
    try {
      response = await fetch(at(path), { credentials: "same-origin", ...options });
    } catch (_) {
      throw new Error(trouble());
    }
    if (response.ok) return response;
    let detail = "";
    try {
      const text = await response.text();
      detail = (response.headers.get("content-type") || "").includes("json") ? JSON.parse(text).detail : text;
    } catch (_) { /* the status alone must do */ }
    throw new Error(typeof detail === "string" && detail && detail.length < 300 ? detail : trouble());
  }

  const post = (path, body) => send(path, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  });

  // Have the browser save what the server sent.
  async function save(response) {
    const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") || "");
    const address = URL.createObjectURL(await response.blob());
    const link = make("a", { href: address, download: name ? name[1] : "tai-ve" });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest && event.target.closest("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opens);
      document.dispatchEvent(new CustomEvent("rag:opens", { detail: opener.dataset.opens }));
      if (!dialog.open) dialog.showModal();
    }
    const closer = event.target.closest && event.target.closest("[data-closes]");
    if (closer) document.getElementById(closer.dataset.closes).close();
    // A click beside a dialog lands on the dialog itself.
    if (event.target.nodeName === "DIALOG" && event.target.classList.contains("drawer")) event.target.close();
  });

  return { say, tell, make, at, send, post, save };
})();
