// The jobs page of WorkerTracing. One script without dependencies: the server sends data, this file makes the document.
// All texts from jobs and spans reach the document through textContent or setAttribute, never as markup.
"use strict";

const { root, traceUrl } = document.body.dataset;
const main = document.getElementById("main");
const MOST_ROWS = 100;
const MOST_JOBS = 4000;

const state = {
  overview: null, jobs: new Map(), version: 0,
  filter: { text: "", name: "", outcome: "", system: "" }, chart: "", rows: MOST_ROWS,
};

// --- The document -----------------------------------------------------------------------------------------------

function h(tag, properties, ...children) { return fill(document.createElement(tag), properties, children); }
function s(tag, properties, ...children) { return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children); }

function fill(element, properties, children) {
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "style") Object.assign(element.style, value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

// --- Texts ------------------------------------------------------------------------------------------------------

function duration(ms) {
  if (ms === undefined || ms === null) return "–";
  if (ms < 1) return `${(ms * 1000).toFixed(0)} µs`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${ms.toFixed(0)} ms`;
  if (ms < 60000) return `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`;
  const minutes = Math.floor(ms / 60000);
  if (minutes < 60) return `${minutes} min ${String(Math.floor(ms / 1000) % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

const count = number => number.toLocaleString("en");
const plural = (number, one) => `${count(number)} ${one}${number === 1 ? "" : "s"}`;
const clock = ms => new Date(ms).toLocaleTimeString(undefined, { hour12: false });
const frameworks = { hangfire: "Hangfire", quartz: "Quartz", masstransit: "MassTransit", hosted: "Hosted" };
const framework = system => frameworks[system] ?? system;
const outcomes = { running: "Running", success: "Succeeded", failure: "Failed", cancellation: "Canceled" };
const relations = {
  previous_attempt: ["Previous attempt", "Next attempt"], origin: ["Enqueued by", "Enqueued"],
  antecedent: ["Continues", "Continued by"], message: ["Message", "Message"],
};
const relation = (name, incoming) => (relations[name] ?? ["Links to", "Linked from"])[incoming ? 1 : 0];
const outcomeOf = job => job.result ?? "running";

function deliveryText({ state: to, elapsed, lost, stored, reason }) {
  switch (to) {
    case "Delivered": return elapsed === undefined ? "Delivered" : `Delivered in ${duration(elapsed)}`;
    case "Lost": return `${plural(lost, "span")} lost`;
    case "Stored": return stored ? `Stored, ${plural(stored, "span")}` : "Stored";
    case "Waiting": return reason ? "Waiting to retry" : "Waiting";
    case "Unconfirmed": return "Not confirmed";
    case "NotRecorded": return "Not sampled";
    default: return "Unknown";
  }
}

const badge = (kind, text, title) => h("span", { class: `badge ${kind}`, title }, text);
const traceAddress = (traceId, spanId) => `${root}/traces/${traceId}${spanId ? `#${spanId}` : ""}`;

// --- Data -------------------------------------------------------------------------------------------------------

async function load(path) {
  const answer = await fetch(root + path, { headers: { accept: "application/json" } });
  if (!answer.ok) throw Object.assign(new Error(`${answer.status}`), { status: answer.status });
  return answer.json();
}

function take({ jobs, version }) {
  for (const job of jobs) state.jobs.set(job.number, job);
  state.version = version;
  if (state.jobs.size > MOST_JOBS)
    for (const number of [...state.jobs.keys()].sort((a, b) => a - b).slice(0, state.jobs.size - MOST_JOBS)) state.jobs.delete(number);
}

function listen(onData) {
  const live = document.getElementById("live");
  const show = (text, kind) => { live.textContent = text; live.className = `live ${kind}`; };
  const events = new EventSource(`${root}/api/events?after=${state.version}`);
  events.addEventListener("open", () => show("live", "on"));
  events.addEventListener("error", () => show("not connected", "off"));
  events.addEventListener("overview", event => { state.overview = JSON.parse(event.data); onData(); });
  events.addEventListener("jobs", event => { take(JSON.parse(event.data)); onData(); });
  addEventListener("pagehide", () => events.close());
}

// --- Jobs -------------------------------------------------------------------------------------------------------

function jobsView() {
  const tiles = h("section", { class: "tiles", "aria-label": "Now" });
  const notes = h("p", { class: "note", hidden: true });
  const charts = chartSection(() => draw());
  const running = list("Running", ["Job", "Progress", "Elapsed", "Attempt", "Started"], "Nothing runs at the moment.");
  const recent = list("Recent jobs", ["Job", "Outcome", "Duration", "Wait", "Attempt", "Trace", "Started"], "No job has ended yet.");
  const names = list("By job, last hour", ["Job", "Runs", "Failed", "p50", "p95", "Wait p95", "Jobs a minute"], "No job has ended in the last hour.");
  const filters = filterBar(() => { state.rows = MOST_ROWS; draw(); });
  recent.head.append(filters.element);
  const more = h("button", { class: "button", type: "button", onclick: () => { state.rows += MOST_ROWS; draw(); } }, "Show more");
  recent.section.append(h("div", { class: "more" }, more));
  main.replaceChildren(h("h1", { class: "sr" }, "Jobs"), notes, tiles, charts.section, running.section, names.section, recent.section);

  function draw() {
    const { overview } = state;
    if (!overview) return;
    const all = overview.names[0];
    notes.hidden = overview.share === 1;
    notes.textContent = `Jobs start faster than this page keeps them. It shows about ${(overview.share * 100).toFixed(1)} % of the traces. Counts and charts include every job.`;
    tiles.replaceChildren(...tilesOf(overview, all));
    charts.draw(overview);
    running.show(overview.running, runningRow, job => job.number, overview.runningCount);
    const kept = [...state.jobs.values()].filter(job => job.result && matches(job)).sort((a, b) => b.number - a.number);
    recent.show(kept.slice(0, state.rows), recentRow, job => job.number, kept.length);
    more.parentElement.hidden = kept.length <= state.rows;
    filters.update(overview);
    names.show(overview.names.slice(1).filter(name => name.runs).sort((a, b) => b.runs - a.runs), nameRow, keyOf);
  }
  return draw;
}

function tilesOf(overview, all) {
  const last = minute => (minute.ok ?? 0) + (minute.failed ?? 0) + (minute.canceled ?? 0);
  const minutes = all.minutes.slice(-2);
  const waiting = overview.exporters.reduce((sum, one) => sum + one.queued, 0);
  const lost = overview.exporters.reduce((sum, one) => sum + Object.values(one.lost).reduce((a, b) => a + b, 0), 0);
  const failing = overview.exporters.filter(one => one.failedExports > 0);
  const tile = (name, value, sub, kind) => h("div", { class: `card tile ${kind ?? ""}` }, h("h2", { class: "muted" }, name), h("div", { class: "value" }, value), h("div", { class: "sub" }, sub));
  return [
    tile("Running", count(overview.runningCount), overview.running.length ? `longest ${duration(overview.now - overview.running[0].started)}` : "no job"),
    tile("Jobs a minute", count(last(minutes[0] ?? {})), `${count(last(minutes[1] ?? {}))} in the present minute`),
    tile("Failed, last hour", count(all.failed ?? 0), all.runs ? `${(100 * all.failed / all.runs).toFixed(1)} % of ${plural(all.runs, "run")}` : "no runs", all.failed ? "bad" : ""),
    tile("Duration, p95", duration(all.p95), `median ${duration(all.p50)}`),
    tile("Wait, p95", duration(all.wait95), `median ${duration(all.wait50)}`),
    tile("Delivery", lost ? plural(lost, "span") + " lost" : failing.length ? "Failing" : overview.exporters.length ? "OK" : "No exporter",
      failing.length ? failing.map(one => one.name).join(", ") : `${plural(waiting, "span")} queued`, lost ? "bad" : failing.length ? "warn" : ""),
  ];
}

function list(title, columns, none) {
  const total = h("span", { class: "muted" });
  const head = h("header", {}, h("h2", {}, title), total);
  const body = h("tbody");
  const empty = h("p", { class: "empty" }, none);
  const numeric = new Set(["Elapsed", "Duration", "Wait", "Attempt", "Runs", "Failed", "p50", "p95", "Wait p95"]);
  const table = h("table", { class: "list" }, h("thead", {}, h("tr", {}, columns.map(name => h("th", { scope: "col", class: numeric.has(name) && "num" }, name)))), body);
  const section = h("section", { class: "card", "aria-label": title }, head, table, empty);
  const rows = new Map();

  // Rows are kept by key, so that an update moves neither the focus nor a selection.
  function show(items, make, key, of) {
    total.textContent = of === undefined || of <= items.length ? (items.length ? count(items.length) : "") : `${count(items.length)} of ${count(of)}`;
    table.hidden = items.length === 0;
    empty.hidden = items.length > 0;
    const keys = new Set(items.map(key));
    for (const [old, { row }] of rows) if (!keys.has(old)) { row.remove(); rows.delete(old); }
    let before = body.firstChild;
    for (const item of items) {
      let known = rows.get(key(item));
      if (!known) rows.set(key(item), known = { row: h("tr"), text: "" });
      const text = JSON.stringify(item) + (item.result === undefined && item.started ? Math.floor((state.overview?.now ?? 0) / 1000) : "");
      if (known.text !== text) { known.row.replaceChildren(...make(item)); known.text = text; }
      if (known.row !== before) body.insertBefore(known.row, before); else before = before.nextSibling;
    }
  }
  return { section, head, show };
}

function jobCell(job) {
  const name = job.traceId ? h("a", { class: "job", href: traceAddress(job.traceId, job.spanId) }, job.name) : h("span", { class: "job" }, job.name);
  const detail = [framework(job.system), job.queue, job.id].filter(Boolean).join(" · ");
  return h("td", { class: "full" }, name, h("div", { class: "sub" }, detail, job.error && ` · ${job.error}`));
}

const cell = (label, content, kind) => h("td", { "data-label": label, class: `tight ${kind ?? ""}` }, content);

const startedCell = job =>
  cell("", h("time", { datetime: new Date(job.started).toISOString(), title: new Date(job.started).toString() }, clock(job.started)), "plain end");

function runningRow(job) {
  const { completed, total, message } = job.progress ?? {};
  const bar = completed === undefined ? h("span", { class: "muted" }, "–")
    : total ? [h("progress", { max: total, value: Math.min(completed, total), "aria-label": `Progress of ${job.name}` }), ` ${Math.floor(100 * completed / total)} %`] : count(completed);
  return [jobCell(job), h("td", { class: `plain full ${completed === undefined ? "none" : ""}` }, bar, message && h("div", { class: "sub" }, message)),
    cell("Elapsed", duration(Math.max(0, (state.overview?.now ?? Date.now()) - job.started)), "num"), cell("Attempt", job.attempt, "num"), startedCell(job)];
}

function recentRow(job) {
  const { delivery } = job;
  return [jobCell(job), cell("", badge(outcomeOf(job), outcomes[outcomeOf(job)]), "plain"), cell("Took", duration(job.duration), "num"), cell("Waited", duration(job.wait), "num"),
    cell("Attempt", job.attempt, "num"), cell("", badge(delivery.state, deliveryText(delivery), delivery.reason), "plain"),
    startedCell(job)];
}

function nameRow(name) {
  const select = () => { state.filter.name = name.name; state.chart = keyOf(name); scrollTo({ top: 0 }); current.draw(); };
  return [h("td", { class: "full" }, h("a", { class: "job", href: "#", onclick: event => { event.preventDefault(); select(); } }, name.name), h("div", { class: "sub" }, framework(name.system))),
    cell("Runs", count(name.runs), "num"), cell("Failed", count(name.failed), "num"), cell("p50", duration(name.p50), "num"), cell("p95", duration(name.p95), "num"),
    cell("Wait p95", duration(name.wait95), "num"), h("td", { class: "plain full" }, spark(name.minutes))];
}

// --- Filters ----------------------------------------------------------------------------------------------------

function filterBar(changed) {
  const set = key => event => { state.filter[key] = event.target.value; changed(); };
  const name = h("select", { "aria-label": "Job", onchange: set("name") });
  const system = h("select", { "aria-label": "Framework", onchange: set("system") });
  const outcome = h("select", { "aria-label": "Outcome", onchange: set("outcome") }, h("option", { value: "" }, "Every outcome"), ["success", "failure", "cancellation"].map(value => h("option", { value }, outcomes[value])));
  const text = h("input", { type: "search", "aria-label": "Text", placeholder: "Find id, queue, error, trace", oninput: set("text") });
  const options = (control, every, values, selected) => {
    const wanted = ["", ...values].join("\n");
    if (control.dataset.values !== wanted) {
      control.dataset.values = wanted;
      control.replaceChildren(h("option", { value: "" }, every), ...values.map(value => h("option", { value }, control === system ? framework(value) : value)));
    }
    if (control.value !== selected) control.value = selected;
  };
  return {
    element: h("div", { class: "filters end" }, name, outcome, system, text),
    update: overview => {
      options(name, "Every job", [...new Set(overview.names.slice(1).map(one => one.name))].sort(), state.filter.name);
      options(system, "Every framework", [...new Set(overview.names.slice(1).map(one => one.system))].sort(), state.filter.system);
    },
  };
}

function matches(job) {
  const { text, name, outcome, system } = state.filter;
  if (name && job.task !== name || outcome && outcomeOf(job) !== outcome || system && job.system !== system) return false;
  const wanted = text.trim().toLowerCase();
  return !wanted || [job.name, job.task, job.id, job.queue, job.error, job.traceId].some(value => value?.toLowerCase().includes(wanted));
}

// --- Charts -----------------------------------------------------------------------------------------------------

const HEIGHT = 116, LEFT = 46, BOTTOM = 16;

const keyOf = name => `${name.system} ${name.name}`;

function chartSection(redraw) {
  const select = h("select", { "aria-label": "Job in the charts", onchange: event => { state.chart = event.target.value; redraw(); } });
  const charts = h("div", { class: "charts" });
  const section = h("section", { class: "lasthour", "aria-label": "Last hour" }, h("header", {}, h("h2", {}, "Last hour"), select), charts);
  let stamp = "", names = "";
  new ResizeObserver(() => redraw()).observe(charts);

  function draw(overview) {
    const shown = overview.names.find(name => keyOf(name) === state.chart) ?? overview.names[0];
    const choices = JSON.stringify(overview.names.map(keyOf));
    if (choices !== names) select.replaceChildren(...overview.names.map(name => h("option", { value: keyOf(name) }, name.name || "All jobs")));
    names = choices;
    select.value = keyOf(shown);
    const columns = getComputedStyle(charts).gridTemplateColumns.split(" ").length;
    const width = Math.max(220, Math.floor((charts.clientWidth - 12 * (columns - 1)) / columns) - 34);
    const now = JSON.stringify([shown, Math.floor(overview.now / 60000), width]);
    if (now === stamp) return;
    stamp = now;
    const start = Math.floor(overview.now / 60000) - shown.minutes.length + 1;
    const one = (title, series, bars, text) => chart(title, shown.minutes, start, series, bars, text, width);
    charts.replaceChildren(
      one("Jobs a minute", [["ok", "Succeeded", "ok"], ["canceled", "Canceled", "idle"], ["failed", "Failed", "fail"]], true, count),
      one("Duration", [["p50", "p50", "one"], ["p95", "p95", "two"]], false, duration),
      one("Wait before the start", [["wait50", "p50", "one"], ["wait95", "p95", "two"]], false, duration));
  }
  return { section, draw };
}

function niceMaximum(value, text) {
  if (value <= 0) return 1;
  const unit = text === duration && value >= 60000 ? 60000 : text === duration && value >= 1000 ? 1000 : 1;
  const power = 10 ** Math.floor(Math.log10(value / unit));
  return unit * power * [1, 2, 5, 10].find(step => step * power * unit >= value);
}

function chart(title, minutes, start, series, bars, text, width) {
  const value = (minute, key) => minute[key] ?? 0;
  const top = niceMaximum(Math.max(...minutes.map(minute => bars ? series.reduce((sum, [key]) => sum + value(minute, key), 0) : Math.max(...series.map(([key]) => value(minute, key))))), text);
  const step = (width - LEFT) / minutes.length;
  const y = amount => (HEIGHT - BOTTOM) * (1 - amount / top) + 1;
  const read = h("span", { class: "read", "aria-hidden": true });
  const describe = i => `${clock((start + i) * 60000).slice(0, 5)}  ${series.map(([key, name]) => `${name} ${minutes[i][key] === undefined ? (bars ? 0 : "–") : text(minutes[i][key])}`).join("  ")}`;
  const marks = [];
  for (const part of [0, 0.5, 1]) {
    if (bars && top * part % 1) continue;
    marks.push(s("line", { class: "grid", x1: LEFT, x2: width, y1: y(top * part), y2: y(top * part) }), s("text", { x: LEFT - 6, y: y(top * part) + 3.5, "text-anchor": "end" }, part === 0 ? "0" : text(top * part)));
  }
  for (let i = 0; i < minutes.length; i++)
    if ((start + i) % 15 === 0) marks.push(s("text", { x: LEFT + i * step, y: HEIGHT - 1, "text-anchor": "middle" }, clock((start + i) * 60000).slice(0, 5)));
  if (bars) {
    minutes.forEach((minute, i) => {
      let below = 0;
      for (const [key, , kind] of series) {
        const amount = value(minute, key);
        if (amount) marks.push(s("rect", { class: `fill-${kind}`, x: LEFT + i * step + .8, width: Math.max(1, step - 1.6), y: y(below + amount), height: y(below) - y(below + amount), rx: 1 }));
        below += amount;
      }
    });
  } else {
    series.forEach(([key], number) => {
      let path = "", open = false;
      minutes.forEach((minute, i) => {
        const x = LEFT + (i + .5) * step;
        if (minute[key] === undefined) { open = false; return; }
        path += `${open ? "L" : "M"}${x.toFixed(1)} ${y(minute[key]).toFixed(1)}`;
        if (!open && minutes[i + 1]?.[key] === undefined) marks.push(s("circle", { class: `dot-${number + 1}`, cx: x, cy: y(minute[key]), r: 2 }));
        open = true;
      });
      marks.push(s("path", { class: `stroke-${number + 1}`, d: path, "stroke-linejoin": "round" }));
    });
  }
  minutes.forEach((_, i) => marks.push(s("rect", { class: "hit", x: LEFT + i * step, width: step, y: 0, height: HEIGHT - BOTTOM, onmouseenter: () => { read.textContent = describe(i); }, onmouseleave: () => { read.textContent = ""; } })));
  const summary = `${title}, last ${minutes.length} minutes. Latest: ${describe(minutes.length - 1)}. Top of the scale: ${text(top)}.`;
  return h("figure", { class: "card chart", style: { margin: 0 } },
    h("figcaption", { class: "head" }, h("h2", {}, title), series.map(([, name, kind]) => h("span", { class: "key" }, h("i", { class: kind }), name)), read),
    s("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": summary }, marks));
}

function spark(minutes) {
  const totals = minutes.map(minute => (minute.ok ?? 0) + (minute.failed ?? 0) + (minute.canceled ?? 0));
  const top = Math.max(1, ...totals);
  return s("svg", { class: "spark", viewBox: "0 0 120 22", role: "img", "aria-label": `${totals.at(-1)} in the present minute, at most ${top}` },
    totals.map((total, i) => total > 0 && s("rect", { class: minutes[i].failed ? "fill-fail" : "fill-ok", x: i * 2, width: 1.5, height: Math.max(1.5, 21 * total / top), y: 22 - Math.max(1.5, 21 * total / top) })));
}

// --- Delivery ---------------------------------------------------------------------------------------------------

const fact = (name, content, kind) => h("div", { class: kind }, h("dt", {}, name), h("dd", {}, content));
const megabytes = bytes => `${(bytes / 1048576).toLocaleString(undefined, { maximumFractionDigits: 1 })} MiB`;

function recorderCard(one, now) {
  const unrecorded = Object.entries(one.unrecorded).filter(([, spans]) => spans > 0);
  const health = one.failure ? badge("Lost", "Not recording") : unrecorded.length || one.expired || one.damaged ? badge("Waiting", "Spans were not kept") : badge("Delivered", "Recording");
  return h("section", { class: "card", "aria-label": "Flight recorder" }, h("header", {}, h("h2", {}, "Flight recorder"), h("span", { class: "end" }, health)),
    h("dl", { class: "facts" },
      fact("Directory", h("span", { class: "mono" }, one.directory), "wide"),
      fact("On disk", `${megabytes(one.bytes)} of ${megabytes(one.maxBytes)}`), fact("Waiting on disk", plural(one.backlog, "span")),
      fact("Oldest span", one.oldest === undefined ? "None" : `${duration(Math.max(0, now - one.oldest))} old`),
      fact("Abandoned jobs", count(one.abandoned)),
      h("div", { class: "wide" }, h("dt", {}, "Disk"), h("dd", {}, h("meter", { min: 0, max: one.maxBytes, value: one.bytes, high: one.maxBytes * .9, "aria-label": "Disk space of the flight recorder" }))),
      unrecorded.length > 0 && fact("Not recorded", unrecorded.map(([reason, spans]) => h("div", {}, `${count(spans)}: ${reason.replaceAll("_", " ")}`)), "wide"),
      one.expired > 0 && fact("Dropped by age", plural(one.expired, "span"), "wide"),
      one.damaged > 0 && fact("Damaged on the disk", plural(one.damaged, "span"), "wide"),
      one.failure && fact("Failure", h("span", { class: "mono" }, one.failure), "wide")));
}

function deliveryView() {
  const exporters = h("div", { class: "exporters" });
  const recorders = h("div", { class: "exporters" });
  main.replaceChildren(h("h1", {}, "Delivery"), exporters, recorders);
  return () => {
    const { overview } = state;
    if (!overview) return;
    recorders.replaceChildren(...overview.recorders.map(one => recorderCard(one, overview.now)));
    if (overview.exporters.length === 0) {
      exporters.replaceChildren(h("p", { class: "card empty" }, "No exporter of WorkerTracing is registered. Add one, for example with AddWorkerTracing().AddOtlpExporter()."));
      return;
    }
    exporters.replaceChildren(...overview.exporters.map(one => {
      const lost = Object.entries(one.lost).filter(([, spans]) => spans > 0);
      const health = one.failedExports ? badge("Waiting", plural(one.failedExports, "export") + " failed in a row") : lost.length ? badge("Lost", "Spans were lost") : badge("Delivered", "OK");
      return h("section", { class: "card", "aria-label": one.name }, h("header", {}, h("h2", {}, one.name), one.protocol && h("span", { class: "tag" }, one.protocol), h("span", { class: "end" }, health)),
        h("dl", { class: "facts" },
          one.address && fact("Address", h("span", { class: "mono" }, one.address), "wide"),
          fact("Delivered", plural(one.delivered, "span")), fact("In flight", plural(one.inFlight, "export")), fact("Queued", `${count(one.queued)} of ${count(one.capacity)}`),
          fact("Lost", lost.length ? lost.map(([reason, spans]) => h("div", {}, `${count(spans)}: ${reason.replaceAll("_", " ")}`)) : "0 spans"),
          h("div", { class: "wide" }, h("dt", {}, "Queue"), h("dd", {}, h("meter", { min: 0, max: one.capacity, value: one.queued, high: one.capacity * .7, "aria-label": `Queue of ${one.name}` }))),
          one.retryAt > overview.now && fact("Next try", `in ${duration(one.retryAt - overview.now)}`, "wide"),
          one.lastError && fact(`Last error, ${clock(one.lastErrorAt)}`, h("span", { class: "mono" }, one.lastError), "wide")));
    }));
  };
}

// --- A trace ----------------------------------------------------------------------------------------------------

function traceView(traceId) {
  let shown = "";
  main.replaceChildren(h("p", { class: "empty" }, "Loading."));
  const refresh = async () => {
    let trace;
    try {
      trace = await load(`/api/traces/${traceId}`);
    } catch (error) {
      if (shown) return;
      main.replaceChildren(h("h1", {}, "This trace is not here"), h("p", { class: "muted" }, error.status === 404
        ? "The page keeps the newest traces of this process. This one was dropped to make room, was not sampled, or belongs to another process."
        : "The trace could not be loaded. The application may have stopped."), h("p", {}, h("a", { href: root }, "All jobs")));
      return;
    }
    const text = JSON.stringify(trace);
    if (text !== shown) { shown = text; drawTrace(trace); }
  };
  refresh();
  return refresh;
}

const fillMain = (...children) => { main.replaceChildren(); fill(main, {}, children); };

function treeOf(spans) {
  const byId = new Map(spans.map(span => [span.spanId, span]));
  const below = new Map();
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const parent = byId.has(span.parentId) ? span.parentId : "";
    below.set(parent, [...(below.get(parent) ?? []), span]);
  }
  const rows = [];
  const left = (below.get("") ?? []).map(span => [span, 0]).reverse(); // a stack, since a trace may be thousands of spans deep
  while (left.length) {
    const [span, depth] = left.pop();
    rows.push([span, depth]);
    left.push(...(below.get(span.spanId) ?? []).map(child => [child, depth + 1]).reverse());
  }
  return rows;
}

function drawTrace(trace) {
  const open = new Set([...main.querySelectorAll(".row[aria-expanded=true]")].map(row => row.dataset.span));
  const focused = document.activeElement?.dataset?.span;
  const rows = treeOf(trace.spans);
  const job = trace.jobs[0];
  const running = trace.jobs.some(one => !one.result);
  const start = Math.min(...trace.spans.map(span => span.start), ...trace.jobs.map(one => one.started));
  const end = Math.max(...trace.spans.map(span => span.start + span.duration), start + .001);
  const title = job?.name ?? rows[0]?.[0].name ?? "Trace";
  document.title = `${title} - WorkerTracing`;
  const copy = h("button", { class: "button", type: "button", onclick: async () => { await navigator.clipboard.writeText(trace.traceId); copy.textContent = "Copied"; } }, "Copy trace id");
  const facts = job ? [["Trace", h("span", { class: "mono" }, trace.traceId)], ["Started", new Date(job.started).toLocaleString(undefined, { hour12: false })],
    ["Duration", job.result ? duration(job.duration) : `runs since ${duration(Date.now() - job.started)}`], ["Wait", duration(job.wait)], ["Attempt", job.attempt],
    ["Framework", framework(job.system)], job.queue && ["Queue", job.queue], job.id && ["Job id", job.id], ["Spans", count(trace.endedSpans)]].filter(Boolean)
    : [["Trace", h("span", { class: "mono" }, trace.traceId)], ["Spans", count(trace.endedSpans)]];
  const colour = coloursOf(rows);
  const items = rows.map(([span, depth]) => waterfallRow(span, depth, start, end, colour(span.source)));
  const related = relatedLinks(trace);
  fillMain(
    h("nav", { class: "crumbs", "aria-label": "Position" }, h("a", { href: root }, "Jobs"), " / ", job ? job.task : "Trace"),
    h("div", { class: "title" }, h("h1", {}, title), job && badge(outcomeOf(job), outcomes[outcomeOf(job)]), job && badge(job.delivery.state, deliveryText(job.delivery), job.delivery.reason),
      h("div", { class: "actions" }, copy, traceUrl && h("a", { class: "button", href: traceUrl.replaceAll("{traceId}", trace.traceId), rel: "noreferrer" }, "Open in the trace viewer"),
        h("a", { class: "button", href: `${root}/api/traces/${trace.traceId}/otlp`, download: `trace-${trace.traceId}.json` }, "Download OTLP JSON"))),
    job?.delivery.reason && h("p", { class: "note" }, job.delivery.reason),
    h("section", { class: "card", "aria-label": "Summary" }, h("dl", { class: "facts trace" }, facts.map(([name, content]) => h("div", { class: name === "Trace" && "two" }, h("dt", {}, name), h("dd", {}, content))))),
    h("section", { class: "card", "aria-label": "Waterfall" },
      h("header", {}, h("h2", {}, "Waterfall"), h("span", { class: "muted" }, running ? "The spans that have ended so far. A span appears when it ends." : duration(end - start)),
        trace.endedSpans > trace.spans.length && h("span", { class: "muted" }, `the first ${count(trace.spans.length)} of ${count(trace.endedSpans)} spans`)),
      related.length > 0 && h("div", { class: "related" }, related),
      rows.length ? [ticks(end - start), h("ol", { class: "waterfall" }, items)] : h("p", { class: "empty" }, "No span of this trace has ended yet.")));
  for (const row of main.querySelectorAll(".row")) if (open.has(row.dataset.span)) row.click();
  if (focused) main.querySelector(`.row[data-span="${CSS.escape(focused)}"]`)?.focus();
  const wanted = location.hash.slice(1);
  if (wanted && !open.size && !focused) {
    const row = main.querySelector(`.row[data-span="${CSS.escape(wanted)}"]`);
    if (row && rows.length > 12) row.scrollIntoView({ block: "center" });
  }
}

function relatedLinks(trace) {
  const chip = (label, traceId, spanId, name) => h("a", { href: traceAddress(traceId, spanId) }, label, name && `: ${name}`);
  const own = trace.traceId;
  const out = trace.spans.flatMap(span => span.links.map(link => chip(relation(link.relation, false), link.traceId, link.spanId)));
  const back = trace.incoming.map(link => chip(relation(link.relation, true), link.traceId, link.spanId, link.traceId === own ? "" : link.name));
  return [...out.slice(0, 12), ...back.slice(0, 12)];
}

function ticks(total) {
  const steps = [0, .25, .5, .75].map(part => h("span", { style: { left: `${part * 100}%` } }, part === 0 ? "0" : duration(total * part)));
  return h("div", { class: "ticks", "aria-hidden": true }, h("div"), h("div", {}, steps));
}

/** A colour for each source, in the order of the waterfall. */
function coloursOf(rows) {
  const sources = [...new Set(rows.map(([span]) => span.source).filter(source => source !== "WorkerTracing"))];
  return source => source === "WorkerTracing" ? 0 : 1 + sources.indexOf(source) % 6;
}

function waterfallRow(span, depth, start, end, colour) {
  const total = end - start;
  const left = 100 * (span.start - start) / total, width = 100 * span.duration / total;
  const bad = span.status === "Error";
  const attempt = attribute(span, "worker_tracing.attempt"), wait = attribute(span, "worker_tracing.wait_ms");
  const notes = [attempt > 1 && `attempt ${attempt}`, wait >= 100 && `waited ${duration(wait)}`, attribute(span, "workflow.execution.result") === "cancellation" && "canceled"].filter(Boolean);
  const waited = 100 * Math.min(wait ?? 0, span.start - start) / total;
  const detail = h("div", { class: "detail", id: `d-${span.spanId}`, hidden: true });
  const toggle = () => {
    const opened = row.getAttribute("aria-expanded") !== "true";
    if (opened && !detail.hasChildNodes()) detail.append(...details(span));
    row.setAttribute("aria-expanded", opened);
    detail.hidden = !opened;
  };
  const row = h("button", { class: "row", type: "button", "aria-expanded": "false", "aria-controls": detail.id, "data-span": span.spanId, onclick: toggle, onkeydown: move },
    h("span", { class: "label", style: { paddingLeft: `${16 + Math.min(depth, 16) * 16}px` } }, h("span", { class: "caret", "aria-hidden": true }), h("b", {}, span.name),
      bad && h("span", { class: "err" }, "error"), notes.length > 0 && h("span", { class: "meta" }, notes.join(", ")), span.source !== "WorkerTracing" && h("span", { class: "src" }, span.source)),
    h("span", { class: "track" }, waited > 0 && h("span", { class: "wait", style: { left: `${left - waited}%`, width: `${waited}%` } }), h("span", { class: `block c${colour} ${bad ? "bad" : ""}`, style: { left: `${left}%`, width: `${Math.max(width, 0.2)}%` } }),
      h("span", { class: "took", style: { left: `${Math.min(left + width, 100)}%` } }, duration(span.duration))));
  return h("li", {}, row, detail);
}

function move(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const rows = [...main.querySelectorAll(".row")];
  rows[rows.indexOf(event.currentTarget) + step]?.focus();
  event.preventDefault();
}

function attribute(item, key) {
  return item.attributes.find(([name]) => name === key)?.[1];
}

function details(span) {
  const pairs = attributes => h("dl", {}, attributes.flatMap(([key, value]) => [h("dt", {}, key), h("dd", {}, value === null ? "null" : String(value))]));
  const part = (title, content) => h("section", {}, h("h3", {}, title), content);
  const parts = [part("Span", pairs([["span id", span.spanId], ["source", span.source], ["kind", span.kind], ["start", new Date(span.start).toISOString()], ["status", span.status + (span.statusDescription ? `: ${span.statusDescription}` : "")]]))];
  if (span.attributes.length) parts.push(part("Attributes", pairs(span.attributes)));
  for (const item of span.events) {
    const stack = attribute(item, "exception.stacktrace");
    parts.push(part(`Event: ${item.name}, after ${duration(Math.max(0, item.time - span.start))}`,
      h("div", {}, pairs(item.attributes.filter(([key]) => key !== "exception.stacktrace")), stack && h("pre", { tabindex: 0, "aria-label": "Stack trace" }, stack))));
  }
  for (const link of span.links)
    parts.push(part(`Link: ${relation(link.relation, false)}`, h("a", { class: "mono", href: traceAddress(link.traceId, link.spanId) }, `${link.traceId} / ${link.spanId}`)));
  return parts;
}

// --- Views ------------------------------------------------------------------------------------------------------

const path = location.pathname.slice(root.length).replace(/\/+$/, "");
const traceId = path.match(/^\/traces\/([0-9a-f]{32})$/)?.[1];
const view = path === "/delivery" ? "delivery" : "jobs";
document.querySelector(`nav [data-view="${view}"]`)?.setAttribute("aria-current", traceId ? "true" : "page");
if (view === "delivery") document.title = "Delivery - WorkerTracing";

const current = { draw: traceId ? traceView(traceId) : view === "delivery" ? deliveryView() : jobsView() };

let scheduled = false;
function schedule() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => { scheduled = false; current.draw(); });
}

(async () => {
  try {
    take(await load("/api/jobs"));
  } catch { /* The stream below shows whether the application answers, and sends every job. */ }
  listen(schedule);
})();
