// Draws the pipeline's charts over what the server drew, and draws them on with every answer.

const HEIGHT = 180;
const plots = new Map();

// The computed colour: what a custom property holds is still light-dark(…).
function computed(selector, property) {
  return getComputedStyle(document.querySelector(selector))[property];
}

function series() {
  return JSON.parse(document.getElementById("pipeline-series").textContent);
}

function axis(line, text, extra) {
  return {
    stroke: text,
    font: "12px Inter, system-ui, sans-serif",
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
    ...extra,
  };
}

function short(value) {
  return new Intl.NumberFormat("en", { notation: "compact" }).format(value);
}

const time = new Intl.DateTimeFormat("en", { timeStyle: "short", hour12: false, timeZone: "UTC" });

function draw(figure, data) {
  const { chart: name, unit, lines } = figure.dataset;
  const box = figure.querySelector(".plot");
  const text = computed(".chart .muted", "color");
  const line = computed(".chart .plot", "borderTopColor");
  const inks = [1, 2].map((n) => computed(`.line-${n}`, "stroke"));
  const names = lines.split(",");
  const plot = new uPlot(
    {
      width: box.clientWidth,
      height: HEIGHT,
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
      cursor: { y: false, sync: { key: "pipeline" } },
      legend: { live: true },
      scales: { y: { range: (_, __, max) => [0, Math.max(5, max * 1.1)] } },
      axes: [axis(line, text, { space: 70, size: 32, values: (_, ticks) => ticks.map((at) => time.format(at * 1000)) }), axis(line, text, { size: 44, values: (_, ticks) => ticks.map(short) })],
      series: [
        { label: "UTC", value: "{HH}:{mm}:{ss}" },
        ...names.map((label, at) => ({
          label,
          stroke: inks[at],
          width: 1.75,
          fill: at === 0 && names.length === 1 ? inks[at].replace("rgb(", "rgba(").replace(")", ", 0.1)") : undefined,
          value: (_, value) => (value === null ? "–" : `${value.toLocaleString("en")} ${unit}`),
          points: { show: false },
        })),
      ],
    },
    data,
    box,
  );
  plots.set(name, plot);
}

function drawAll() {
  for (const plot of plots.values()) plot.destroy();
  plots.clear();
  const data = series();
  for (const figure of document.querySelectorAll("[data-chart]")) {
    figure.classList.add("live");
    draw(figure, data[figure.dataset.chart]);
  }
}

document.addEventListener("htmx:afterSwap", () => {
  const data = series();
  for (const [name, plot] of plots) plot.setData(data[name]);
});

const resized = new ResizeObserver(() => {
  for (const plot of plots.values()) {
    const box = plot.root.parentElement;
    plot.setSize({ width: box.clientWidth, height: HEIGHT });
  }
});
for (const figure of document.querySelectorAll("[data-chart]")) resized.observe(figure);
new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
drawAll();
