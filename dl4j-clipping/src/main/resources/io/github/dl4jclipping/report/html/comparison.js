// Draws several runs over the same axes.
// ---- the runs ------------------------------------------------------------------------------

const runs = data.runs;
const byArrival = runs.some((run) => run.x !== "iteration");
if (byArrival) {
  runs.forEach((run) => (run.x = "arrival"));
}
const COLOURS = 6;
const COLUMNS = ["score", "norm", "clippedNorm"];

/** All steps of all runs, and what each run has there. */
const joined = uPlot.join(
  runs.map((run, lane) => {
    const steps = run.steps;
    const here = steps.steps.map(() => runs.length - lane);
    return [positions(run), ...COLUMNS.map((column) => steps[column].max), here, steps.nonFinite, steps.clipped];
  }),
);
const xs = joined[0];
const axis = { xs, label: xName(runs[0]), xLegend: (runs.some((run) => run.width > 1) ? "from " : "") + xName(runs[0]) };

function column(lane, name) {
  return joined[1 + lane * (COLUMNS.length + 3) + [...COLUMNS, "here", "nonFinite", "clipped"].indexOf(name)];
}

function colourOf(lane) {
  return colour("run-" + (lane % COLOURS));
}

/** The later a run is drawn the narrower it is: two that are the same are seen both. */
function styleOf(lane) {
  return {
    label: runs[lane].name,
    stroke: colourOf(lane),
    width: Math.max(1.25, 3.25 - (lane * 2) / Math.max(1, runs.length - 1)),
    dash: lane >= COLOURS ? [8, 4] : undefined,
  };
}

// ---- what is said --------------------------------------------------------------------------

function say() {
  byId("verdict").dataset.level = data.verdict.level;
  byId("headline").textContent = data.verdict.headline;
  byId("details").replaceChildren(...data.verdict.details.map((detail) => element("li", detail)));
  table(
    byId("runs-table"),
    ["run", "steps", "first score", "last score", "clipped", "not finite", "largest norm", "what happened"],
    runs.map(({ name, steps, totals, verdict }) => [
      name,
      count(totals.steps),
      score(totals, steps.score.max[0] ?? null),
      score(totals, totals.lastScore),
      percent(totals.clippedShare),
      count(totals.nonFinite),
      number(totals.largestNorm),
      verdict.headline,
    ]),
  );
  byId("runs-table").querySelectorAll("tbody th").forEach((cell, lane) => cell.prepend(swatch(lane)));
  byId("runs-table").querySelectorAll("tbody td:last-child").forEach((cell, lane) => {
    cell.className = runs[lane].verdict.level === "bad" ? "bad" : "";
  });
  byId("norms-note").textContent = "Length of the whole gradient; large is unstable." + widthNote();
  byId("clipped-norms-note").textContent = "What the network was updated with.";
  byId("incident-list").replaceChildren(...runs.flatMap(incidentsOf));
}

function score(totals, value) {
  return totals.steps > 0 && value === null ? "not finite" : number(value);
}

function swatch(lane) {
  const mark = element("span", undefined, "swatch");
  mark.style.background = "var(--run-" + (lane % COLOURS) + ")";
  return mark;
}

function widthNote() {
  const widest = Math.max(...runs.map((run) => run.width));
  return widest === 1 ? "" : " Each point is the largest of up to " + count(widest) + " steps.";
}

function incidentsOf(run, lane) {
  if (run.totals.nonFinite === 0) {
    return [];
  }
  const title = element("h3", run.name);
  title.prepend(swatch(lane));
  const list = element("ul");
  list.append(...run.incidents.map((text) => element("li", text)));
  const missing = run.totals.nonFinite - run.incidents.length;
  if (missing > 0) {
    const first = "the first at iteration " + count(run.totals.firstNonFiniteIteration);
    list.append(element("li", run.incidents.length > 0 ? "and " + count(missing) + " more" : count(missing) + (missing === 1 ? " step was" : " steps were") + " not finite, " + first));
  }
  return [title, list];
}

// ---- charts --------------------------------------------------------------------------------

function comparisonChart(host, name, scale, height) {
  const series = runs.map((_, lane) => ({ ...styleOf(lane), values: column(lane, name) }));
  lines(host, { ...axis, series, scale, height, together: true });
}

function scaleOf(...names) {
  return scaleFor(runs.flatMap((_, lane) => names.map((name) => column(lane, name))));
}

function incidentChart(host) {
  const series = runs.map((_, lane) => ({
    ...styleOf(lane),
    width: 2,
    values: column(lane, "here"),
    text: (value, index) => (value === undefined ? "" : stepText(lane, index)),
  }));
  const names = runs.map((run) => shorten(run.name, narrow.matches ? 12 : 24));
  lines(host, {
    ...axis,
    series,
    scale: LINEAR,
    height: 66 + 34 * runs.length,
    yRange: () => [0.4, runs.length + 0.6],
    yTicks: {
      splits: () => runs.map((_, lane) => runs.length - lane),
      values: () => names,
      size: 16 + 7 * Math.max(...names.map((name) => name.length)),
      grid: { show: false },
      ticks: { show: false },
    },
    together: true,
    marks: drawIncidents,
  });
}

function stepText(lane, index) {
  if (column(lane, "nonFinite")[index] > 0) {
    return "not finite";
  }
  return column(lane, "clipped")[index] > 0 ? "clipped" : "as it was";
}

function drawIncidents(plot) {
  const { ctx } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  clip(plot);
  runs.forEach((_, lane) => {
    if (!plot.series[lane + 1].show) {
      return;
    }
    const y = plot.valToPos(runs.length - lane, "y", true);
    const mark = (name, fill, width, above, below) => {
      ctx.fillStyle = fill;
      column(lane, name).forEach((some, i) => {
        if (some > 0) {
          ctx.fillRect(plot.valToPos(xs[i], "x", true) - (width * ratio) / 2, y - above * ratio, width * ratio, (above + below) * ratio);
        }
      });
    };
    mark("clipped", colour("clipped"), 2, -4, 9);
    mark("nonFinite", colour("bad"), 3, 11, 11);
  });
  ctx.restore();
}

function charts() {
  const scores = scaleOf("score");
  const norms = scaleOf("norm", "clippedNorm");
  byId("scores-note").textContent = "The network's loss at each step. " + scores.note + ". Drag to zoom, double-click to see all; click a name to hide its run.";
  attempt("score-chart", (host) => comparisonChart(host, "score", scores, narrow.matches ? 280 : 340));
  attempt("norm-chart", (host) => comparisonChart(host, "norm", norms, 260));
  attempt("clipped-norm-chart", (host) => comparisonChart(host, "clippedNorm", norms, 260));
  attempt("incident-chart", incidentChart);
}

show(say, charts);
