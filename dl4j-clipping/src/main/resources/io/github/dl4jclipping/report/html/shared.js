// What all pages share: text, tables, charts, and the reader's place. All text goes in as text, never as HTML.
const data = JSON.parse(document.getElementById("data").textContent);
const narrow = matchMedia("(max-width: 600px)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const byId = (id) => document.getElementById(id);
const none = "n/a";

// ---- small helpers -------------------------------------------------------------------------

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) {
    made.textContent = text;
  }
  if (className) {
    made.className = className;
  }
  return made;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

function number(value) {
  if (value === null || value === undefined) {
    return none;
  }
  if (value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-3)) {
    return value.toExponential(2).replace("e+", "e");
  }
  return Number(value.toPrecision(4)).toLocaleString("en-US", { maximumFractionDigits: 10 });
}

function count(value) {
  return value.toLocaleString("en-US");
}

function percent(share) {
  if (share === null) {
    return none;
  }
  const value = 100 * share;
  if (value > 0 && value < 0.1) {
    return "< 0.1 %";
  }
  if (value > 99.9 && value < 100) {
    return "> 99.9 %";
  }
  return value.toFixed(value > 0 && value < 10 ? 1 : 0) + " %";
}

function finite(values) {
  return values.filter((value) => typeof value === "number");
}

function shorten(text, most) {
  return text.length <= most ? text : text.slice(0, most - 1) + "…";
}

function stateText() {
  const written = data.writtenAt.replace("T", " ").replace("Z", " UTC");
  return (
    {
      running: "Training was running at ",
      closed: "Complete, written at ",
      ended: "Complete: the program ended at ",
    }[data.state] + written
  );
}

function table(node, heads, rows) {
  node.className = "plain";
  const head = element("thead");
  const headRow = head.appendChild(element("tr"));
  headRow.append(...heads.map((text) => Object.assign(element("th", text), { scope: "col" })));
  const body = element("tbody");
  for (const row of rows) {
    body
      .appendChild(element("tr"))
      .append(...row.map((text, i) => (i === 0 ? nameCell(text) : element("td", text))));
  }
  node.replaceChildren(head, body);
  return node;
}

function nameCell(name) {
  const cell = element("th", shorten(name, 60));
  cell.scope = "row";
  cell.title = name;
  return cell;
}

/** Where each step of a run stands on the axis. */
function positions(run) {
  let before = 0;
  const arrivals = run.steps.steps.map((width) => {
    const first = before + 1;
    before += width;
    return first;
  });
  return run.x === "iteration" ? run.steps.firstIteration : arrivals;
}

function xName(run) {
  return run.x === "iteration" ? "iteration" : "step, in order of arrival";
}

// ---- charts --------------------------------------------------------------------------------

const drawn = [];
const font = "12px system-ui, sans-serif";

/** How many times the smallest number, or the typical one, the largest is before an axis is logarithmic. */
const WIDE = 20;

const LINEAR = { note: "Linear scale", to: (value) => value, from: (place) => place };

const LOGARITHMIC = {
  note: "Logarithmic scale",
  to: (value) => (value > 0 ? Math.log10(value) : null),
  from: (place) => Math.pow(10, place),
  splits: decades,
};

/** Linear within the unit and logarithmic beyond it, on both sides of 0. */
function signed(unit) {
  // Halves, since the sum may be beyond the range.
  const to = (value) => Math.sign(value) * (Math.log10(unit / 2 + Math.abs(value) / 2) - Math.log10(unit / 2));
  const from = (place) => Math.sign(place) * unit * (Math.pow(10, Math.abs(place)) - 1);
  return {
    room: 68,
    note: "Linear up to ±" + number(unit) + ", logarithmic beyond",
    to,
    from,
    splits: (low, high) => {
      const start = Math.ceil(Math.log10(unit) + 0.3);
      const end = Math.floor(Math.min(308, Math.log10(unit) + Math.max(-low, high)));
      const stride = Math.max(1, Math.ceil((end - start + 1) / 4));
      const splits = [0];
      for (let power = start; power <= end; power += stride) {
        splits.push(to(Math.pow(10, power)), to(-Math.pow(10, power)));
      }
      const seen = splits
        .filter((split) => split >= low && split <= high && (split === 0 || Math.abs(split) > (high - low) / 12))
        .sort((a, b) => a - b);
      return seen.length > 1 ? seen : [0.1, 0.5, 0.9].map((share) => low + share * (high - low));
    },
  };
}

/** The axis on which all of the numbers can be read. */
function scaleFor(columns) {
  const values = columns.flatMap(finite);
  const sizes = values.filter((value) => value !== 0).map(Math.abs).sort((a, b) => a - b);
  const high = sizes[sizes.length - 1];
  if (!values.some((value) => value < 0)) {
    return sizes.length > 0 && high / sizes[0] > WIDE ? LOGARITHMIC : LINEAR;
  }
  const typical = sizes[Math.floor((sizes.length - 1) / 2)];
  return high / typical > WIDE || high > Number.MAX_VALUE / 4 ? signed(Math.max(typical, 1e-300)) : LINEAR;
}

function decades(low, high) {
  const first = Math.ceil(low);
  const last = Math.floor(high);
  const stride = Math.max(1, Math.ceil((last - first + 1) / 6));
  const splits = [];
  for (let power = first; power <= last; power += stride) {
    splits.push(power);
  }
  if (last - first < 2) {
    for (let power = first - 1; power <= last; power++) {
      for (const digit of last - first < 1 ? [2, 3, 5] : [3]) {
        splits.push(power + Math.log10(digit));
      }
    }
  }
  return splits.filter((split) => split >= low && split <= high).sort((a, b) => a - b);
}

/** uPlot's own steps end at 1e16. */
function niceSteps(span) {
  const power = Math.pow(10, Math.floor(Math.log10(span)) - 2);
  return [1, 2, 5, 10, 20, 50, 100, 200, 500].map((digit) => digit * power);
}

/** A number that fits beside an axis. */
function tick(value) {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e5 || size < 1e-3)
    ? Number(value.toPrecision(3)).toExponential().replace("e+", "e")
    : Number(value.toPrecision(4)).toLocaleString("en-US", { maximumFractionDigits: 10 });
}

function padded(low, high) {
  if (low === null || low === undefined || !isFinite(low)) {
    return [0, 1];
  }
  const pad = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.06;
  return [low - pad, high + pad];
}

function xAxis(label) {
  return {
    label,
    labelFont: font,
    font,
    stroke: colour("soft"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { stroke: colour("line"), width: 1 },
    size: 34,
    labelSize: 18,
    space: 70,
    values: (_, splits) => splits.map((value) => (Number.isInteger(value) ? count(value) : "")),
  };
}

function yAxis(scale) {
  return {
    font,
    stroke: colour("soft"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { stroke: colour("line"), width: 1 },
    size: scale.room ?? 58,
    ...(scale.splits ? { splits: (_, __, low, high) => scale.splits(low, high) } : {}),
    incrs: (_, __, low, high) => niceSteps(high - low),
    values: (_, splits) => splits.map((value) => tick(scale.from(value))),
  };
}

/**
 * Draws lines over the steps; each series brings the numbers that the reader sees. Where a number is undefined
 * another series has a step, and the line goes on; null interrupts it.
 */
function lines(host, { xs, label, xLegend, series, bands, scale, height, marks, yRange, yTicks, together }) {
  if (xs.length === 0) {
    host.replaceChildren(element("p", "No steps yet.", "empty"));
    return;
  }
  const single = xs.length === 1;
  const said = (value) => (value === undefined ? "" : number(value));
  const hidden = place.hidden[host.id] ?? [];
  const options = {
    width: host.clientWidth,
    height,
    padding: [10, 18, 0, 0],
    cursor: { sync: { key: "steps", setSeries: together ?? false }, drag: { x: true, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, ...(single ? { range: [xs[0] - 1, xs[0] + 1] } : { range: (_, low, high) => [low, high] }) },
      y: { range: yRange ?? ((_, low, high) => padded(low, high)) },
    },
    axes: [xAxis(label), { ...yAxis(scale), ...yTicks }],
    series: [
      { label: xLegend, value: (_, value) => (value === null ? "" : count(value)) },
      ...series.map((each) => ({
        label: each.label,
        show: !hidden.includes(each.label),
        stroke: each.stroke,
        width: each.width ?? 1.5,
        dash: each.dash,
        spanGaps: false,
        points: { show: single || each.points === true, size: each.size ?? (each.points ? 5 : 7), fill: each.stroke },
        paths: each.points ? () => null : each.paths,
        value: (_, __, ___, index) => (index === null || index === undefined ? "" : (each.text ?? said)(each.values[index], index)),
      })),
    ],
    bands,
    legend: { live: !narrow.matches, markers: { width: 0, fill: (_, i) => series[i - 1]?.stroke } },
    hooks: { draw: marks ? [marks] : [] },
  };
  host.replaceChildren();
  const placed = series.map((each) => each.values.map((value) => (value === null || value === undefined ? value : scale.to(value))));
  const plot = new uPlot(options, [xs, ...placed], host);
  const zoom = place.zoom[host.id];
  if (zoom) {
    plot.setScale("x", zoom);
  }
  drawn.push({ plot, host, xs });
}

/** Keeps marks of steps that a zoom left out off the axes. */
function clip({ ctx, bbox }) {
  ctx.beginPath();
  ctx.rect(bbox.left - 4 * devicePixelRatio, bbox.top, bbox.width + 8 * devicePixelRatio, bbox.height);
  ctx.clip();
}

function pick(object, keys) {
  return Object.fromEntries(keys.filter((key) => key in object).map((key) => [key, object[key]]));
}

/** What goes wrong in one chart leaves the others alone. */
function attempt(id, chart) {
  try {
    chart(byId(id));
  } catch (failure) {
    byId(id).replaceChildren(element("p", "This chart cannot be drawn: " + failure.message, "empty"));
    console.error(failure);
  }
}

// ---- the reader's place --------------------------------------------------------------------

/** What the reader chose, which outlives a new drawing and a new page. */
const place = { zoom: {}, hidden: {}, open: [], ...history.state };

/** Learns from the charts what the reader chose. */
function keepCharts() {
  for (const { plot, host, xs } of drawn.filter((each) => each.xs)) {
    const { min, max } = plot.scales.x;
    place.zoom[host.id] = xs.length > 1 && (min > xs[0] || max < xs[xs.length - 1]) ? { min, max } : null;
    place.hidden[host.id] = plot.series.slice(1).filter((each) => !each.show).map((each) => each.label);
  }
}

function keepPlace() {
  keepCharts();
  place.open = [...document.querySelectorAll("details[open]")].map((each) => each.dataset.key);
  const seen = [...document.querySelectorAll("main > *, main > .pair > *")].filter((each) => each.id && each.offsetParent);
  const top = seen.filter((each) => each.getBoundingClientRect().top <= 1).pop();
  place.anchor = scrollY > 0 && top ? { id: top.id, top: top.getBoundingClientRect().top } : null;
}

function returnToPlace() {
  place.open.forEach((key) => document.querySelector("details[data-key='" + CSS.escape(key) + "']")?.setAttribute("open", ""));
  const anchor = place.anchor && byId(place.anchor.id);
  if (anchor) {
    scrollBy(0, anchor.getBoundingClientRect().top - place.anchor.top);
  }
  history.replaceState(null, "");
  history.scrollRestoration = "auto";
}

// ---- a page that is alive ------------------------------------------------------------------

/** Loads the page anew while training runs, when the reader's hands are off it. */
function live() {
  let lastInput = -Infinity;
  let pressed = false;
  for (const kind of ["pointermove", "pointerdown", "pointerup", "pointercancel", "wheel", "scroll", "keydown"]) {
    addEventListener(
      kind,
      (event) => {
        lastInput = performance.now();
        pressed = kind.startsWith("pointer") ? event.buttons > 0 : pressed;
      },
      { passive: true, capture: true },
    );
  }
  const isBusy = () => document.hidden || pressed || performance.now() - lastInput < 1000 || !getSelection().isCollapsed;
  const reload = () => {
    if (isBusy()) {
      setTimeout(reload, 500);
      return;
    }
    keepPlace();
    history.scrollRestoration = "manual";
    history.replaceState(place, "");
    location.reload();
  };
  // The longer nothing was written, the less is to be expected: the program may have been killed.
  const age = Date.now() - Date.parse(data.writtenAt);
  setTimeout(reload, Math.min(Math.max(2000, age / 10), 60000));
}

/** Shows the page, draws anew where the screen changes, and follows a run that goes on. */
function show(say, charts) {
  const draw = () => {
    keepCharts();
    drawn.splice(0).forEach(({ plot }) => plot.destroy());
    charts();
    document.body.dataset.drawn = drawn.length;
  };
  byId("title").textContent = data.title;
  byId("state").textContent = stateText();
  say();
  draw();
  returnToPlace();
  dark.addEventListener("change", draw);
  narrow.addEventListener("change", draw);
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) {
      width = innerWidth;
      draw();
    }
  });
  if (data.state === "running") {
    live();
  }
}
