/* The chat inside the frame. Text from the server becomes text nodes only: nothing here parses HTML. */
(() => {
  'use strict';

  const given = JSON.parse(document.getElementById('given').textContent);
  const words = given.words;
  const $ = (id) => document.getElementById(id);
  const say = (name, n) => words[name].replace('{n}', n);
  // Where this server's paths begin, also where a proxy puts it under a sub-path: this script is at /embed/chat.js.
  const home = new URL('..', document.currentScript.src).pathname;
  const KEPT_TURNS = 10;
  const LONGEST_KEPT = 20000;

  let parentOrigin = '';
  let port = null;
  let session = { token: '', until: 0 };
  let waiting = [];
  let running = null;
  let started = false;
  const turns = [];

  function make(tag, className, ...children) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...children);
    return node;
  }

  /* ---- looks, as the page's attributes wish them ---- */

  function look() {
    const wish = new URLSearchParams(location.hash.slice(1));
    const root = document.documentElement;
    const theme = wish.get('theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    const color = wish.get('color') || '';
    if (/^#[0-9a-f]{6}$/i.test(color)) {
      const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
      root.style.setProperty('--brand', color);
      root.style.setProperty('--brand-ink', 0.299 * r + 0.587 * g + 0.114 * b > 150 ? '#15181c' : '#ffffff');
    }
    const title = (wish.get('title') || '').slice(0, 80);
    if (title) { $('title').textContent = title; document.title = title; }
    $('close').hidden = wish.get('mode') !== 'button';
  }

  /* ---- the line to the page: it gives tokens, nothing else is said ---- */

  const isFramed = window.parent !== window;
  let greet;
  /* The page says hello when the frame has loaded; who is quicker than that waits. */
  const greeted = new Promise((done) => { greet = done; setTimeout(done, isFramed ? 15000 : 0); });

  window.addEventListener('message', (event) => {
    const isParent = event.source === window.parent && isFramed;
    if (!isParent || !given.origins.includes(event.origin) || event.data?.newsRag !== 'hello' || !event.ports[0]) return;
    if (port) return;
    parentOrigin = event.origin;
    port = event.ports[0];
    port.onmessage = ({ data }) => {
      if (typeof data?.token === 'string') { waiting.forEach((take) => take(data.token)); waiting = []; }
      if (data?.focus) $('question').focus();
    };
    greet();
    begin();
  });

  function pageToken() {
    return new Promise((take) => {
      waiting.push(take);
      port.postMessage('token');
      setTimeout(() => take(''), 15000);
    });
  }

  let entering = null;

  /* One at a time: a token of the page opens one session, so two requests must not spend the same one. */
  function signIn() {
    entering ??= enter().finally(() => { entering = null; });
    return entering;
  }

  async function enter() {
    await greeted;
    if (!port) throw new Failure(words.outside);
    const token = await pageToken();
    if (!token && !given.anonymous) throw new Failure(words.signIn);
    const headers = { 'Content-Type': 'application/json' };
    if (token) headers.Authorization = `Bearer ${token}`;
    const answer = await reach('/embed/session', { method: 'POST', headers, body: JSON.stringify({ origin: parentOrigin }) });
    if (!answer.ok) throw new Failure(answer.status === 429 ? busy(answer) : words.signIn);
    const got = await answer.json();
    session = { token: got.token, until: Date.now() + 1000 * got.lasts_s };
  }

  /* ---- requests ---- */

  class Failure extends Error {
    constructor(message, code = '') { super(message); this.code = code; }
  }

  async function reach(path, options) {
    try {
      return await fetch(home + path.slice(1), { credentials: 'omit', cache: 'no-store', ...options });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Failure(words.broken);
    }
  }

  const busy = (answer) => say('busy', answer.headers.get('Retry-After') || '30');

  async function call(path, options = {}) {
    if (Date.now() > session.until - 20000) await signIn();
    const headers = () => ({ ...options.headers, Authorization: `Bearer ${session.token}` });
    let answer = await reach(path, { ...options, headers: headers() });
    if (answer.status === 401) {
      await signIn();
      answer = await reach(path, { ...options, headers: headers() });
    }
    if (answer.ok) return answer;
    if (answer.status === 429 || answer.status === 503) throw new Failure(busy(answer));
    const told = await answer.json().catch(() => ({}));
    throw new Failure(told.detail || words.broken, told.request_id || answer.headers.get('X-Request-Id') || '');
  }

  async function* events(answer) {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let kept = '';
    for (;;) {
      const { value, done } = await reader.read().catch((error) => {
        throw error.name === 'AbortError' ? error : new Failure(words.broken);
      });
      if (done) return;
      kept += value;
      const blocks = kept.split(/\r?\n\r?\n/);
      kept = blocks.pop();
      for (const block of blocks) {
        let kind = 'message';
        const data = [];
        for (const line of block.split(/\r?\n/)) {
          if (line.startsWith('event:')) kind = line.slice(6).trim();
          if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
        }
        if (data.length) yield { kind, data: JSON.parse(data.join('\n')) };
      }
    }
  }

  /* ---- showing an exchange ---- */

  let count = 0;

  function exchange(question) {
    const id = ++count;
    const heading = make('h2', 'question', question);
    const understood = make('p', 'understood');
    const progress = make('p', 'progress', words.searching);
    const body = make('div', 'answer');
    const sources = make('section', 'sources');
    const article = make('article', 'exchange', heading, understood, progress, body, sources);
    article.setAttribute('aria-busy', 'true');
    understood.hidden = sources.hidden = true;
    $('log').querySelector('.welcome')?.remove();
    $('log').append(article);
    return { id, question, article, understood, progress, body, sources, draft: '', citations: [] };
  }

  function plain(text) { return text.normalize('NFC').toLowerCase().replace(/[\s\p{P}]+/gu, ' ').trim(); }

  function showUnderstood(shown, text) {
    if (!text || plain(text) === plain(shown.question)) return;
    shown.understood.textContent = `${words.understood} ${text}`;
    shown.understood.hidden = false;
  }

  /* Paragraphs, lists of lines that begin with "- ", and markers [n]: the whole of the markup. */
  function paragraphs(text, shown) {
    const nodes = [];
    let list = null;
    for (const line of text.split('\n')) {
      const item = line.match(/^\s*- (.*)$/);
      if (item) {
        if (!list) nodes.push(list = make('ul'));
        list.append(make('li', '', ...inline(item[1], shown)));
      } else {
        list = null;
        if (line.trim()) nodes.push(make('p', '', ...inline(line, shown)));
      }
    }
    return nodes;
  }

  function inline(line, shown) {
    const nodes = [];
    let at = 0;
    for (const found of line.matchAll(/\s?\[(\d{1,3})\]/g)) {
      nodes.push(line.slice(at, found.index));
      const citation = shown.citations.find((c) => c.n === Number(found[1]));
      if (citation) nodes.push(marker(citation, shown));
      at = found.index + found[0].length;
    }
    nodes.push(line.slice(at));
    return nodes;
  }

  function marker(citation, shown) {
    const link = make('a', 'cite', `[${citation.n}]`);
    link.href = `#nguon-${shown.id}-${citation.n}`;
    link.setAttribute('aria-label', `${say('source', citation.n)}: ${citation.title}`);
    link.addEventListener('click', (event) => {
      event.preventDefault();
      const card = document.getElementById(`nguon-${shown.id}-${citation.n}`);
      if (!card) return;
      const top = card.offsetTop - $('log').offsetTop;
      if (top + card.offsetHeight > $('log').scrollTop + $('log').clientHeight || top < $('log').scrollTop) {
        $('log').scrollTo({ top: top - 12, behavior: 'smooth' });
      }
      card.querySelector('button').focus({ preventScroll: true });
    });
    return link;
  }

  function day(iso) { return iso ? iso.split('-').reverse().join('/') : ''; }

  function card(citation, shown) {
    const title = citation.title || words.untitled;
    const open = make('button', 'open', words.open);
    open.type = 'button';
    open.setAttribute('aria-label', `${words.open}: ${title} ${words.newTab}`);
    open.addEventListener('click', () => openDocument(citation, open));
    const line = [citation.publisher, day(citation.published)].filter(Boolean).join(' · ');
    const number = make('span', 'number', String(citation.n));
    number.setAttribute('aria-hidden', 'true');
    const meta = line ? [make('p', 'meta', line)] : [];
    const words_ = make('div', '', make('h4', '', title), ...meta, make('blockquote', '', citation.quote), open);
    const node = make('li', 'source', number, words_);
    node.id = `nguon-${shown.id}-${citation.n}`;
    return node;
  }

  function showSources(shown, citations, label) {
    shown.sources.hidden = !citations.length;
    if (!citations.length) return;
    shown.sources.setAttribute('aria-label', label);
    shown.sources.replaceChildren(make('h3', '', label), make('ol', '', ...citations.map((c) => card(c, shown))));
  }

  async function openDocument(citation, button) {
    // The tab must open with the click; the token goes into the form's body, never into an address.
    try {
      if (Date.now() > session.until - 5000) await signIn();
    } catch (error) {
      const item = button.parentElement;
      item.querySelector('.problem')?.remove();
      item.append(make('p', 'problem', error instanceof Failure ? error.message : words.broken));
      return;
    }
    const form = $('view');
    const fields = { token: session.token, document: citation.document_id, version: citation.version,
      start: citation.start, end: citation.end };
    for (const [name, value] of Object.entries(fields)) form.elements[name].value = value;
    form.submit();
    form.elements.token.value = '';
  }

  function finish(shown, answer) {
    const isAnswered = answer.status === 'answered';
    shown.citations = isAnswered ? answer.citations : answer.nearest;
    showUnderstood(shown, answer.understood);
    shown.body.className = `answer ${['answered', 'tentative', 'abstained'].includes(answer.status) ? answer.status : ''}`;
    const nodes = [];
    if (answer.status === 'tentative') nodes.push(make('p', 'state', words.uncertain));
    const whole = plain(answer.text.replace(/\[\d{1,3}\]/g, ''));
    if (isAnswered && answer.short_answer && plain(answer.short_answer) !== whole) {
      nodes.push(make('p', 'short', answer.short_answer));
    }
    nodes.push(...paragraphs(answer.text, shown));
    if (answer.method === 'llm') nodes.push(make('p', 'note', words.byModel));
    for (const note of answer.notes || []) nodes.push(make('p', 'note', note));
    shown.body.replaceChildren(...nodes);
    showSources(shown, shown.citations, isAnswered ? words.sources : words.nearest);
    if (answer.answer_id) shown.article.append(verdicts(shown, answer.answer_id));
    turns.push({ question: shown.question, answer: answer.text.slice(0, LONGEST_KEPT) });
    turns.splice(0, turns.length - KEPT_TURNS);
  }

  /* ---- was it right? ---- */

  function verdicts(shown, id) {
    const told = make('p', 'note');
    told.setAttribute('role', 'status');
    const [up, down] = ['up', 'down'].map((verdict) => {
      const button = make('button', 'verdict', words[verdict]);
      button.type = 'button';
      button.dataset.verdict = verdict;
      button.setAttribute('aria-pressed', 'false');
      return button;
    });
    const group = make('div', 'verdicts', up, down, told);
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', words.judge);
    up.addEventListener('click', () => judge(group, { answer_id: id, verdict: 'up' }));
    down.addEventListener('click', () => {
      const open = group.querySelector('.complaint');
      if (open) { open.remove(); return; }
      group.append(complaint(group, id, shown.id));
      group.querySelector('.complaint input').focus();
    });
    return group;
  }

  function complaint(group, id, number) {
    const choices = Object.entries(words.reasons).map(([value, text]) => {
      const radio = make('input');
      Object.assign(radio, { type: 'radio', name: `reason-${number}`, value });
      return make('label', '', radio, ` ${text}`);
    });
    const comment = make('textarea');
    Object.assign(comment, { rows: 2, maxLength: 2000, placeholder: words.more });
    comment.setAttribute('aria-label', words.more);
    const send = make('button', '', words.send);
    const form = make('form', 'complaint', make('fieldset', '', make('legend', '', words.wrong), ...choices), comment, send);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      send.disabled = true;
      const chosen = form.querySelector('input:checked');
      const reason = chosen ? chosen.value : 'other';  // none is chosen for the person
      const verdict = { answer_id: id, verdict: 'down', reason, comment: comment.value.trim() };
      if (await judge(group, verdict)) form.remove();
      else send.disabled = false;
    });
    return form;
  }

  async function judge(group, verdict) {
    const told = group.querySelector('.note');
    try {
      const kept = await call('/api/v1/feedback', {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(verdict),
      });
      await kept.json();  // read to its end, else the browser counts it as broken off
    } catch (error) {
      told.textContent = error instanceof Failure ? error.message : words.broken;
      return false;
    }
    for (const button of group.querySelectorAll('.verdict')) {
      button.setAttribute('aria-pressed', String(button.dataset.verdict === verdict.verdict));
      button.disabled = true;
    }
    told.textContent = words.thanks;
    return true;
  }

  function fail(shown, failure) {
    const again = make('button', 'quiet', words.again);
    again.type = 'button';
    again.addEventListener('click', () => ask(shown.question));
    const code = failure.code ? [make('p', 'note', `${words.incident} ${failure.code}`)] : [];
    shown.body.className = 'answer failure';
    shown.body.setAttribute('role', 'alert');
    shown.body.replaceChildren(make('p', 'state', words.failed), make('p', '', failure.message), ...code, again);
  }

  /* ---- asking ---- */

  async function ask(question) {
    if (running) running.abort();
    const mine = running = new AbortController();
    const shown = exchange(question);
    toggle(true);
    // Not scrollIntoView: that may scroll the page around the frame as well.
    $('log').scrollTo({ top: shown.article.offsetTop - $('log').offsetTop - 12, behavior: 'smooth' });
    try {
      const answer = await call('/api/v1/ask', {
        method: 'POST', signal: mine.signal,
        headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
        body: JSON.stringify({ question, history: turns }),
      });
      await follow(answer, shown);
    } catch (error) {
      if (error.name === 'AbortError') shown.body.append(make('p', 'note', words.stopped));
      else fail(shown, error instanceof Failure ? error : new Failure(words.broken));
    } finally {
      shown.progress.remove();
      shown.article.removeAttribute('aria-busy');
      if (running === mine) { running = null; toggle(false); }
    }
  }

  async function follow(answer, shown) {
    for await (const { kind, data } of events(answer)) {
      if (kind === 'waiting') shown.progress.textContent = say('waiting', data.ahead);
      if (kind === 'understood') showUnderstood(shown, data.text);
      if (kind === 'hits') shown.progress.textContent = say('reading', data.hits.length);
      if (kind === 'citation') shown.citations.push(data);
      if (kind === 'text') {
        shown.progress.textContent = words.writing;
        shown.draft += data.text;
        shown.body.replaceChildren(...paragraphs(shown.draft, shown));
      }
      if (kind === 'error') throw new Failure(data.detail || words.broken, data.request_id || '');
      if (kind === 'done') { finish(shown, data); return; }
    }
    throw new Failure(words.cut);
  }

  function toggle(isRunning) {
    $('ask').hidden = isRunning;
    $('stop').hidden = !isRunning;
    $('new').hidden = false;
  }

  $('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    const question = $('question').value.trim();
    if (!question) return;
    $('question').value = '';
    grow();
    ask(question);
  });
  $('question').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      $('composer').requestSubmit();
    }
  });
  $('question').addEventListener('input', grow);
  $('stop').addEventListener('click', () => { running?.abort(); $('question').focus(); });
  $('new').addEventListener('click', () => {
    running?.abort();
    turns.length = 0;
    $('new').hidden = true;
    welcome();
    $('question').focus();
  });
  $('close').addEventListener('click', () => port?.postMessage('close'));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !$('close').hidden) port?.postMessage('close');
  });

  function grow() {
    const box = $('question');
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight + 2, 140)}px`;
  }

  /* ---- the beginning ---- */

  let offered = null;

  function welcome() {
    const section = make('section', 'welcome');
    $('log').replaceChildren(section);
    if (offered) {
      const n = String(offered.documents).replace(/\B(?=(\d{3})+$)/g, '.');
      section.append(make('h2', '', say('welcome', n)));
    }
    section.append(make('p', '', words.hint));
    if (!offered?.suggestions.length) return;
    const list = make('ul', 'suggestions', ...offered.suggestions.map((question) => {
      const button = make('button', '', question);
      button.type = 'button';
      button.addEventListener('click', () => ask(question));
      return make('li', '', button);
    }));
    section.append(make('p', 'try', words.try), list);
  }

  async function begin() {
    if (started) return;
    started = true;
    if (!$('log').querySelector('.exchange')) welcome();  // else somebody was quicker
    if (!$('close').hidden) $('question').focus({ preventScroll: true });  // inline it must not draw the page to it
    try {
      offered = await (await call('/embed/start')).json();
      if ($('log').querySelector('.welcome')) welcome();  // else something was asked meanwhile
    } catch (error) {
      if (error instanceof Failure) {
        if (!$('log').querySelector('.exchange')) $('log').replaceChildren(make('p', 'problem', error.message));
        started = false;
      }
    }
  }

  look();
  if (!isFramed) $('log').append(make('p', 'problem', words.outside));
})();
