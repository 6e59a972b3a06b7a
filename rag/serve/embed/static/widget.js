/* One line puts the assistant into a page:

   <script src="https://assistant.example/embed/widget.js" data-token-url="/assistant-token" defer></script>

   This file draws a button (or an inline box) in a shadow root and an iframe of the assistant's own origin. It reads
   nothing of the page but its own attributes, and passes nothing to the frame but looks and the page's token. */
(() => {
  'use strict';

  const script = document.currentScript;
  const assistant = new URL(script.src).origin;
  const base = script.src.replace(/widget\.js([?#].*)?$/, '');
  const given = script.dataset;
  const language = (given.lang || document.documentElement.lang || 'vi').toLowerCase().startsWith('en') ? 1 : 0;
  const say = (...texts) => texts[language];
  const isInline = given.mode === 'inline';
  const side = given.position === 'left' ? 'left' : 'right';
  const color = /^#[0-9a-f]{6}$/i.test(given.color || '') ? given.color : '#1c4f82';
  const theme = ['light', 'dark'].includes(given.theme) ? given.theme : 'auto';
  const title = (given.title || say('Hỏi đáp tài liệu', 'Ask the documents')).slice(0, 80);
  const label = (given.label || say('Hỏi đáp', 'Ask')).slice(0, 40);

  const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  const ink = 0.299 * r + 0.587 * g + 0.114 * b > 150 ? '#15181c' : '#ffffff';

  const STYLE = `
    :host { all: initial; }
    * { box-sizing: border-box; }
    .box { position: fixed; z-index: 2147483000; ${side}: 1.25rem; bottom: 5.25rem; width: min(25rem, calc(100vw - 2rem));
      height: min(40rem, calc(100vh - 7rem)); border-radius: 12px; overflow: hidden; background: Canvas;
      box-shadow: 0 0 0 1px rgb(128 128 128 / .45), 0 12px 40px rgb(0 0 0 / .24); }
    .box[hidden] { display: none; }
    .inline { position: static; width: 100%; height: var(--height); min-height: 20rem; box-shadow: 0 0 0 1px rgb(128 128 128 / .45); }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    .launch { position: fixed; z-index: 2147483000; ${side}: 1.25rem; bottom: 1.25rem; min-height: 3.25rem; padding: 0 1.25rem 0 1rem;
      display: flex; align-items: center; gap: .5rem; border: 0; border-radius: 1.625rem; background: ${color}; color: ${ink};
      font: 600 1rem/1.2 "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif; cursor: pointer;
      box-shadow: 0 2px 12px rgb(0 0 0 / .28); }
    .launch:hover { filter: brightness(1.08); }
    .launch:focus-visible { outline: 3px solid ${color}; outline-offset: 3px; }
    .launch svg { width: 1.375rem; height: 1.375rem; fill: none; stroke: currentColor; stroke-width: 1.9;
      stroke-linejoin: round; stroke-linecap: round; }
    .refused { max-width: 30rem; margin: 0; padding: .75rem 1rem; border: 1px solid #9d2b22; border-radius: 8px;
      background: #fbefed; color: #9d2b22; font: 1rem/1.5 "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; }
    @media (max-width: 480px), (max-height: 480px) {
      .box:not(.inline) { inset: 0; width: 100%; height: 100%; border-radius: 0; }
      .open .launch { display: none; }
    }
    @media (forced-colors: active) { .launch, .box { border: 1px solid; } }
    @media print { .box:not(.inline), .launch { display: none; } }`;

  const host = document.createElement('news-rag-chat');
  // Open, so that tools that check a page for accessibility see the button; what is secret is in the frame, out of reach.
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const shell = document.createElement('div');
  root.append(shell);

  if (assistant === location.origin) {
    // Pages of one origin read each other's frames: the conversation would be open to every script of this page.
    const text = say(
      'Khung hỏi đáp phải chạy ở địa chỉ khác với trang này (tên miền hoặc cổng khác) nên không được mở.',
      'The chat must be served from another origin than this page, so it was not opened.');
    const refused = document.createElement('p');
    refused.className = 'refused';
    refused.setAttribute('role', 'alert');
    refused.textContent = text;
    shell.append(refused);
    place();
    console.error(text);
    return;
  }

  let frame = null;
  let port = null;

  function openFrame() {
    const looks = new URLSearchParams({ theme, color, title, mode: isInline ? 'inline' : 'button' });
    frame = document.createElement('iframe');
    frame.title = title;
    // After '#': it is not sent to the server and stands in no log.
    frame.src = `${base}chat#${looks}`;
    frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox');
    frame.setAttribute('referrerpolicy', 'no-referrer');
    frame.addEventListener('load', () => {
      const channel = new MessageChannel();
      port = channel.port1;
      port.onmessage = listen;
      // Only a page of the assistant's origin can receive this, and with it the other end of the line.
      frame.contentWindow.postMessage({ newsRag: 'hello' }, assistant, [channel.port2]);
    });
    return frame;
  }

  async function listen(event) {
    if (event.data === 'close') close();
    if (event.data === 'token') port.postMessage({ token: await token() });
  }

  async function token() {
    try {
      if (given.tokenCallback) return String(await window[given.tokenCallback]());
      if (!given.tokenUrl) return '';
      const url = new URL(given.tokenUrl, location.href);
      if (url.origin !== location.origin) throw new Error('data-token-url must be of this page\'s own origin');
      const answer = await fetch(url, { method: 'POST', credentials: 'same-origin', cache: 'no-store' });
      if (!answer.ok) throw new Error(`${given.tokenUrl}: ${answer.status}`);
      return (await answer.text()).trim();
    } catch (error) {
      console.error('news-rag:', error);
      return '';
    }
  }

  function place() {
    const target = given.target ? document.querySelector(given.target) : null;
    if (target) target.append(host);
    else if (isInline && script.parentNode !== document.head) script.after(host);
    else document.body.append(host);
  }

  function whenReady(act) {
    if (document.body && document.readyState !== 'loading') act();
    else document.addEventListener('DOMContentLoaded', act, { once: true });
  }

  const box = document.createElement('div');
  box.className = isInline ? 'box inline' : 'box';
  shell.append(box);

  if (isInline) {
    const height = /^\d{2,4}$/.test(given.height || '') ? `${given.height}px` : '36rem';
    host.style.setProperty('--height', height);
    host.style.setProperty('display', 'block');
    whenReady(() => { place(); box.append(openFrame()); });
    return;
  }

  const launch = document.createElement('button');
  launch.type = 'button';
  launch.className = 'launch';
  launch.setAttribute('aria-expanded', 'false');
  launch.setAttribute('aria-label', title);
  const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  icon.setAttribute('viewBox', '0 0 24 24');
  icon.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', 'M4 5.5h16v11H11l-4.5 3.5v-3.5H4zM8 9.5h8M8 12.5h5');
  icon.append(path);
  const word = document.createElement('span');
  word.textContent = label;
  launch.append(icon, word);
  box.hidden = true;
  box.setAttribute('role', 'dialog');
  box.setAttribute('aria-label', title);
  shell.append(launch);

  function open() {
    if (!frame) box.append(openFrame());
    box.hidden = false;
    shell.className = 'open';
    launch.setAttribute('aria-expanded', 'true');
    frame.focus();
    if (port) port.postMessage({ focus: true });
  }

  function close() {
    if (isInline) return;
    box.hidden = true;
    shell.className = '';
    launch.setAttribute('aria-expanded', 'false');
    launch.focus();
  }

  launch.addEventListener('click', () => (box.hidden ? open() : close()));
  root.addEventListener('keydown', (event) => { if (event.key === 'Escape' && !box.hidden) close(); });
  whenReady(place);
})();
