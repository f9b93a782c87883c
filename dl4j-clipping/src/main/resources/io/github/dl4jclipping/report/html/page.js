// Draws one run.
// ---- what is said --------------------------------------------------------------------------

const steps = data.steps;
const totals = data.totals;
const points = steps.steps.length;
const xs = positions(data);
const axis = { xs, label: xName(data), xLegend: (data.width === 1 ? "" : "from ") + xName(data) };

function say() {
  byId("verdict").dataset.level = data.verdict.level;
  byId("headline").textContent = data.verdict.headline;
  byId("details").replaceChildren(
    ...data.verdict.details.map((detail) => element("li", detail)),
  );
  tiles();
  byId("norms-note").textContent = normsNote();
  advice();
  incidents();
  workers();
  byId("configuration").hidden = data.configuration === "";
  byId("configuration-text").textContent = data.configuration;
}

function tiles() {
  const bound = totals.lastMaxNorm;
  const list = [
    ["Steps", "steps", count(totals.steps), epochs()],
    ["Clipped", "clipped", percent(totals.clippedShare), ofSteps(totals.clipped)],
    ["Not finite", "non-finite", count(totals.nonFinite), lostText(), totals.nonFinite > 0],
    ["Largest norm", "largest", number(totals.largestNorm), at(totals.largestIteration)],
    ["Bound", "bound", bound === null ? "none" : number(bound), bound === null ? "on the norm" : "at the last step"],
    ["Score", "score", number(totals.lastScore), "at the last step", totals.steps > 0 && totals.lastScore === null],
  ];
  if (totals.lastLossScale !== null) {
    const skipped = totals.overflowed;
    list.push(["Loss scale", "loss-scale", number(totals.lastLossScale), count(skipped) + (skipped === 1 ? " overflow" : " overflows") + " skipped"]);
  }
  byId("tiles").replaceChildren(
    ...list.map(([name, id, value, under, bad]) => {
      const tile = element("div");
      const shown = element("dd", value, bad ? "bad" : "");
      shown.id = "tile-" + id;
      tile.append(element("dt", name), shown, element("dd", under, "under"));
      return tile;
    }),
  );
}

function epochs() {
  return totals.lastEpoch === null ? "none yet" : "last in epoch " + count(totals.lastEpoch);
}

function ofSteps(some) {
  return count(some) + " of " + count(totals.steps);
}

function at(iteration) {
  return iteration === null
    ? "before clipping"
    : "at iteration " + count(iteration) + "; median " + number(data.advice.p50);
}

function lostText() {
  const parts = [
    [totals.raised, "stopped training"],
    [totals.skipped, "skipped"],
    [totals.zeroed, "zeroed"],
    [totals.passedNonFinite, "applied"],
  ].filter(([some]) => some > 0);
  return parts.length === 0 ? "no NaN, no Inf" : parts.map(([some, what]) => count(some) + " " + what).join(", ");
}

function normsNote() {
  const what = "Length of the whole gradient before and after clipping; large is unstable.";
  return data.width === 1
    ? what
    : what + " Each point stands for up to " + count(data.width) + " steps: the line is their largest, the band reaches to their smallest.";
}

function advice() {
  const a = data.advice;
  byId("suggestion").textContent =
    a.suggestion === null
      ? "No suggestion yet"
      : "Try maxNorm = " + number(a.suggestion) + ": it clips " + percent(a.suggestionClips) + " of such steps";
  byId("reason").textContent = "Reason: " + a.reason + ".";
  const rows = a.candidates.filter((each) => each.maxNorm !== null);
  rows.sort((one, other) => one.maxNorm - other.maxNorm);
  table(
    byId("candidates"),
    ["candidate", "maxNorm", "would clip"],
    rows.map(({ name, maxNorm, clips }) => [name, number(maxNorm), percent(clips)]),
  );
  byId("candidates").hidden = a.p50 === null;
}

function incidents() {
  const section = byId("incidents");
  section.hidden = data.incidents.length === 0;
  section.replaceChildren(element("h2", "Where the gradient was not finite"));
  const missing = data.incidentCount - data.incidents.length;
  section.append(
    element(
      "p",
      count(data.incidentCount) +
        (data.incidentCount === 1 ? " incident" : " incidents") +
        (missing > 0 ? "; the first and the last are shown, " + count(missing) + " between are not" : ""),
      "note",
    ),
  );
  data.incidents.forEach((incident) => section.append(incidentNode(incident)));
}

function incidentNode(incident) {
  const node = element("div", undefined, "incident");
  const [verdict, ...rest] = incident.text.split(/\r?\n/);
  const title = element("h3", verdict);
  if (incident.outcome !== null) {
    title.append(element("span", incident.outcome.toLowerCase().replaceAll("_", " "), "badge"));
  }
  node.append(title);
  if (incident.parameters.length > 0) {
    const rows = incident.parameters.map((p) => [
      p.name,
      count(p.elements),
      count(p.nan),
      count(p.positiveInfinity),
      count(p.negativeInfinity),
    ]);
    const scroll = element("div", undefined, "scroll");
    scroll.append(table(element("table"), ["parameter", "elements", "NaN", "+Inf", "-Inf"], rows));
    node.append(scroll);
    if (incident.parameterCount > rows.length) {
      node.append(element("p", "and " + count(incident.parameterCount - rows.length) + " more", "note"));
    }
  }
  if (rest.length > 0) {
    const details = element("details");
    details.dataset.key = "incident-" + incident.number;
    details.append(element("summary", "The report in full", "note"), element("pre", incident.text, "table"));
    node.append(details);
  }
  return node;
}

function workers() {
  const section = byId("workers");
  section.hidden = data.workers.length < 2;
  const scroll = element("div", undefined, "scroll");
  scroll.append(
    table(
      element("table"),
      ["worker", "steps", "clipped", "not finite", "largest norm", "mean norm"],
      data.workers.map((worker) => [
        worker.name,
        count(worker.steps),
        percent(worker.clippedShare),
        count(worker.nonFinite),
        number(worker.largestNorm),
        number(worker.meanNorm),
      ]),
    ),
  );
  section.replaceChildren(element("h2", "Workers"), scroll);
}

// ---- charts --------------------------------------------------------------------------------

function normChart() {
  const before = steps.norm.max;
  const after = steps.clippedNorm.max;
  const bound = steps.maxNorm.max;
  const scale = scaleFor([steps.norm.min, before, after, bound]);
  const series = [
    { label: "after clipping", values: after, stroke: colour("after"), width: 3 },
    { label: "before clipping", values: before, stroke: colour("before"), width: 1.25 },
  ];
  if (finite(bound).length > 0) {
    series.push({ label: "bound", values: bound, stroke: colour("bound"), dash: [6, 4], paths: uPlot.paths.stepped({ align: 1 }) });
  }
  const clipped = before.map((value, i) => (steps.clipped[i] > 0 ? value : null));
  if (data.width === 1 && finite(clipped).length > 0 && finite(clipped).length <= 150) {
    series.push({ label: "clipped step", values: clipped, stroke: colour("clipped"), points: true });
  }
  let bands;
  if (data.width > 1) {
    series.push({ label: "smallest before clipping", values: steps.norm.min, stroke: "transparent", width: 0 });
    bands = [{ series: [2, series.length], fill: colour("band") }];
  }
  lines(byId("norm-chart"), { ...axis, series, bands, scale, height: narrow.matches ? 280 : 340, marks: drawMarks });
  marksLegend(scale);
}

/** Where steps were clipped, as a strip at the bottom; where they broke, as lines. */
function drawMarks(plot) {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  clip(plot);
  const x = (i) => plot.valToPos(xs[i], "x", true);
  const cell = points > 1 ? bbox.width / (points - 1) : 8 * ratio;
  for (let i = 0; i < points; i++) {
    if (steps.clipped[i] > 0) {
      ctx.globalAlpha = 0.25 + 0.75 * (steps.clipped[i] / steps.steps[i]);
      ctx.fillStyle = colour("clipped");
      const width = Math.max(ratio, Math.min(cell, 8 * ratio));
      ctx.fillRect(x(i) - width / 2, bbox.top + bbox.height - 5 * ratio, width, 5 * ratio);
    }
  }
  ctx.globalAlpha = 1;
  ctx.fillStyle = colour("bad");
  for (let i = 0; i < points; i++) {
    if (steps.nonFinite[i] > 0) {
      ctx.fillRect(x(i) - ratio, bbox.top, 2 * ratio, bbox.height);
    }
  }
  const first = steps.nonFinite.findIndex((some) => some > 0);
  if (first >= 0) {
    label(ctx, ratio, x(first), bbox, "not finite at iteration " + count(totals.firstNonFiniteIteration));
  }
  ctx.restore();
}

function label(ctx, ratio, x, bbox, text) {
  ctx.font = 12 * ratio + "px system-ui, sans-serif";
  const width = ctx.measureText(text).width;
  const left = x - width - 12 * ratio > bbox.left;
  ctx.fillStyle = colour("card");
  const from = left ? x - width - 10 * ratio : x + 6 * ratio;
  ctx.fillRect(from - 3 * ratio, bbox.top + 2 * ratio, width + 6 * ratio, 18 * ratio);
  ctx.fillStyle = colour("bad");
  ctx.textBaseline = "top";
  ctx.textAlign = "left";
  ctx.fillText(text, from, bbox.top + 5 * ratio);
}

function marksLegend(scale) {
  const items = [];
  const add = (className, text) => {
    const item = element("li");
    item.append(element("i", undefined, className), text);
    items.push(item);
  };
  if (totals.clipped > 0) {
    add("clipped", "strip at the bottom: steps that were clipped");
  }
  if (totals.nonFinite > 0) {
    add("broken", "steps whose gradient was not finite");
  }
  if (points > 0) {
    items.push(element("li", scale.note));
  }
  byId("marks").replaceChildren(...items);
}

function scoreChart(host) {
  const scale = scaleFor([steps.score.min, steps.score.max]);
  const broken = steps.score.nan.map((nan, i) => nan + steps.score.infinite[i] > 0);
  byId("scores-note").textContent =
    "The network's loss at each step. " + scale.note + "." + (broken.includes(true) ? " Red: not finite." : "");
  smallChart(host, steps.score, "score", colour("before"), { scale, marks: (plot) => drawBroken(plot, broken) });
}

/** Every 10th step has ratios: the lines go on between them. */
function updateChart(host) {
  const ratios = steps.updateRatio;
  const known = (values) => values.map((value) => value ?? undefined);
  const scale = scaleFor([ratios.min, ratios.max]);
  const stroke = colour("after");
  byId("updates-note").textContent =
    "Norm of each parameter's update divided by the norm of the parameter: the largest and the smallest of all parameters. " +
    "About 0.001 is usual; far more means that the learning rate is too high. " +
    scale.note +
    ".";
  lines(host, {
    ...axis,
    series: [
      { label: "largest", values: known(ratios.max), stroke },
      { label: "smallest", values: known(ratios.min), stroke, width: 1 },
    ],
    bands: [{ series: [1, 2], fill: colour("band") }],
    scale,
    height: 240,
  });
}

function drawBroken(plot, broken) {
  const { ctx, bbox } = plot;
  ctx.save();
  clip(plot);
  ctx.fillStyle = colour("bad");
  broken.forEach((isBroken, i) => {
    if (isBroken) {
      ctx.fillRect(plot.valToPos(xs[i], "x", true) - devicePixelRatio, bbox.top, 2 * devicePixelRatio, bbox.height);
    }
  });
  ctx.restore();
}

function smallChart(host, range, name, stroke, { scale = scaleFor([range.min, range.max]), yRange, marks } = {}) {
  if (points > 0 && finite(range.max).length === 0) {
    host.replaceChildren(element("p", "No step has such a number.", "empty"));
    return;
  }
  const series = [{ label: name + (data.width > 1 ? ", largest" : ""), values: range.max, stroke }];
  let bands;
  if (data.width > 1) {
    series.push({ label: name + ", smallest", values: range.min, stroke, width: 1 });
    bands = [{ series: [1, 2], fill: colour("band") }];
  }
  lines(host, { ...axis, series, bands, scale, height: 240, yRange, marks });
}

function histogram() {
  const host = byId("histogram");
  const { edges, counts, logarithmic } = data.histogram;
  if (counts.length === 0) {
    host.replaceChildren(element("p", "No norms yet.", "empty"));
    return;
  }
  const scale = logarithmic ? LOGARITHMIC : LINEAR;
  const height = narrow.matches ? 240 : 280;
  const options = {
    width: host.clientWidth,
    height,
    padding: [26, 18, 0, 0],
    cursor: { show: false },
    legend: { show: false },
    scales: {
      x: { time: false, range: () => padded(scale.to(edges[0]), scale.to(edges[edges.length - 1])) },
      y: { range: (_, __, high) => [0, high * 1.08] },
    },
    axes: [
      { ...xAxis("norm before clipping"), ...pick(yAxis(scale), ["splits", "values", "incrs"]) },
      { ...yAxis(LINEAR), values: (_, splits) => splits.map((value) => (Number.isInteger(value) ? count(value) : "")), label: "steps", labelFont: font, labelSize: 18 },
    ],
    series: [{}, { paths: () => null, points: { show: false } }],
    hooks: { draw: [(plot) => drawBars(plot, edges.map(scale.to), counts, scale)] },
  };
  host.replaceChildren();
  const middles = counts.map((_, i) => (scale.to(edges[i]) + scale.to(edges[i + 1])) / 2);
  drawn.push({ plot: new uPlot(options, [middles, counts], host), host });
}

function drawBars(plot, edges, counts, scale) {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const bottom = bbox.top + bbox.height;
  ctx.save();
  ctx.fillStyle = colour("bars");
  counts.forEach((some, i) => {
    if (some > 0) {
      const left = plot.valToPos(edges[i], "x", true);
      const width = Math.max(plot.valToPos(edges[i + 1], "x", true) - left - ratio, 2 * ratio);
      const top = Math.min(plot.valToPos(some, "y", true), bottom - 2 * ratio);
      ctx.fillRect(edges[i] === edges[i + 1] ? left - 4 * ratio : left, top, edges[i] === edges[i + 1] ? 8 * ratio : width, bottom - top);
    }
  });
  const a = data.advice;
  const lines = [["p50", a.p50, "soft"], ["p90", a.p90, "soft"], ["p99", a.p99, "soft"]];
  if (a.bound !== null) {
    lines.push(["bound", a.bound, "bound"]);
  }
  ctx.font = 12 * ratio + "px system-ui, sans-serif";
  ctx.textAlign = "center";
  ctx.textBaseline = "bottom";
  const taken = [];
  for (const [name, value, stroke] of lines.reverse()) {
    const x = value > 0 ? plot.valToPos(scale.to(value), "x", true) : NaN;
    if (!(x >= bbox.left && x <= bbox.left + bbox.width)) {
      continue;
    }
    ctx.strokeStyle = ctx.fillStyle = colour(stroke);
    ctx.lineWidth = 1.5 * ratio;
    ctx.setLineDash(stroke === "bound" ? [6 * ratio, 4 * ratio] : []);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bottom);
    ctx.stroke();
    const row = taken.some((other) => Math.abs(other - x) < 36 * ratio) ? 1 : 0;
    taken.push(x);
    ctx.fillText(name, x, bbox.top - 1 * ratio - row * 11 * ratio);
  }
  ctx.restore();
}

// ---- heat map ------------------------------------------------------------------------------

// Viridis, which people with any kind of colour vision can read.
const VIRIDIS = [[68, 1, 84], [65, 68, 135], [42, 120, 142], [34, 168, 132], [122, 209, 81], [253, 231, 37]];

function heatColour(share) {
  const position = Math.min(Math.max(share, 0), 1) * (VIRIDIS.length - 1);
  const index = Math.min(Math.floor(position), VIRIDIS.length - 2);
  const mix = VIRIDIS[index].map((low, i) => Math.round(low + (position - index) * (VIRIDIS[index + 1][i] - low)));
  return "rgb(" + mix.join(",") + ")";
}

function heatMap() {
  const map = data.heatMap;
  const host = byId("heat-map");
  const rows = map.names.length;
  const columns = map.firstIteration.length;
  byId("layers").hidden = points > 0 && rows === 0;
  host.replaceChildren();
  if (rows === 0) {
    host.append(element("p", "No steps yet.", "empty"));
    return;
  }
  const positive = map.largest.flatMap((cells) => cells.filter((value) => value > 0));
  const low = positive.reduce((a, b) => Math.min(a, b), Infinity);
  const high = positive.reduce((a, b) => Math.max(a, b), 0);
  const share = (value) => (high > low ? (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low)) : 0.5);
  byId("layers-note").textContent =
    "Before clipping, logarithmic colours; bright is large." +
    (map.width > 1 ? " Each cell is the largest of up to " + count(map.width) + " steps." : "") +
    (map.moreThanShown ? " Only the first " + count(rows) + " parameters are shown." : "");

  const ratio = devicePixelRatio;
  const width = host.clientWidth;
  const rowHeight = Math.max(rows > 100 ? 4 : 10, Math.min(26, Math.floor(320 / rows)));
  const longest = map.names.reduce((most, name) => Math.max(most, name.length), 0);
  const labels = Math.round(Math.min(narrow.matches ? 90 : 160, 16 + 7.5 * longest));
  const bottom = 38;
  const canvas = element("canvas");
  const height = rows * rowHeight + bottom;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.width = width + "px";
  canvas.style.height = height + "px";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "Norm of " + rows + " parameters over the steps");
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  const cellWidth = (width - labels) / columns;
  const broken = new Set(map.nonFinite.map(([row, column]) => row * columns + column));
  const fill = (row, column, least) => {
    const left = labels + Math.floor(column * cellWidth);
    const right = labels + Math.floor((column + 1) * cellWidth);
    const wide = Math.max(least, right - left);
    ctx.fillRect(Math.min(left, width - wide), row * rowHeight, wide, rowHeight - (rowHeight > 8 ? 1 : 0));
  };
  const noNumber = colour("line");
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = map.largest[row][column];
      ctx.fillStyle = value === null ? noNumber : value > 0 ? heatColour(share(value)) : "#000";
      fill(row, column, 1);
    }
  }
  ctx.fillStyle = colour("bad");
  map.nonFinite.forEach(([row, column]) => fill(row, column, 5)); // wide enough to be seen
  ctx.font = font;
  ctx.fillStyle = colour("soft");
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  const every = Math.ceil(13 / rowHeight);
  for (let row = 0; row < rows; row += every) {
    ctx.fillText(shorten(map.names[row], Math.floor(labels / 7)), labels - 8, row * rowHeight + rowHeight / 2);
  }
  heatAxis(ctx, labels, width, rows * rowHeight, map);
  host.append(canvas);
  heatTip(host, canvas, { labels, cellWidth, rowHeight, rows, columns, broken, map });
  heatScale(low, high, broken.size > 0);
}

function heatAxis(ctx, labels, width, top, map) {
  const last = map.lastIteration.length - 1;
  ctx.textBaseline = "top";
  ctx.textAlign = "left";
  ctx.fillText(count(map.firstIteration[0]), labels, top + 4);
  ctx.textAlign = "right";
  ctx.fillText(count(map.lastIteration[last]), width - 2, top + 4);
  ctx.textAlign = "center";
  ctx.fillText("iteration", labels + (width - labels) / 2, top + 18);
}

function heatTip(host, canvas, { labels, cellWidth, rowHeight, rows, columns, broken, map }) {
  const tip = element("div", undefined, "tip");
  tip.hidden = true;
  host.append(tip);
  canvas.addEventListener("pointermove", (event) => {
    const column = Math.floor((event.offsetX - labels) / cellWidth);
    const row = Math.floor(event.offsetY / rowHeight);
    tip.hidden = column < 0 || column >= columns || row >= rows;
    if (tip.hidden) {
      return;
    }
    const from = map.firstIteration[column];
    const to = map.lastIteration[column];
    const value = map.largest[row][column];
    tip.textContent =
      map.names[row] +
      ", iteration " +
      (from === to ? count(from) : count(from) + " to " + count(to)) +
      ": " +
      (broken.has(row * columns + column) ? "not finite" + (value === null ? "" : ", otherwise " + number(value)) : number(value));
    tip.style.top = event.offsetY + 16 + "px";
    tip.style.left = Math.min(event.offsetX, Math.max(0, host.clientWidth - tip.offsetWidth)) + "px";
  });
  canvas.addEventListener("pointerleave", () => (tip.hidden = true));
}

function heatScale(low, high, hasBroken) {
  const host = byId("heat-scale");
  host.replaceChildren();
  if (high > 0) {
    const canvas = element("canvas");
    canvas.width = 160;
    canvas.height = 12;
    const ctx = canvas.getContext("2d");
    for (let x = 0; x < 160; x++) {
      ctx.fillStyle = heatColour(x / 159);
      ctx.fillRect(x, 0, 1, 12);
    }
    host.append(number(low), canvas, number(high));
  }
  const add = (fill, text) => {
    const item = element("span");
    const swatch = item.appendChild(element("i"));
    swatch.style.background = fill;
    item.append(text);
    host.append(item);
  };
  if (hasBroken) {
    add(colour("bad"), "not finite");
  }
  if (data.heatMap.largest.some((cells) => cells.includes(null))) {
    add(colour("line"), "no number");
  }
  if (data.heatMap.largest.some((cells) => cells.includes(0))) {
    add("#000", "0");
  }
}

// ---- putting it on the page ----------------------------------------------------------------

function charts() {
  attempt("norm-chart", normChart);
  attempt("score-chart", scoreChart);
  attempt("coefficient-chart", (host) =>
    smallChart(host, steps.coefficient, "coefficient", colour("after"), { scale: LINEAR, yRange: (_, __, high) => [-0.04, Math.max(high ?? 0, 1) + 0.06] }),
  );
  byId("updates").hidden = finite(steps.updateRatio?.max ?? []).length === 0;
  if (!byId("updates").hidden) {
    attempt("update-chart", updateChart);
  }
  byId("loss-scales").hidden = finite(steps.lossScale.max).length === 0;
  if (!byId("loss-scales").hidden) {
    attempt("loss-scale-chart", (host) => smallChart(host, steps.lossScale, "loss scale", colour("after")));
  }
  attempt("histogram", histogram);
  attempt("heat-map", heatMap);
}

show(say, charts);
