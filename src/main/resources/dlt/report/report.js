// Draws every chart of the page with uPlot, in the colours of the theme, and again when width or theme change.
(function () {
  const specs = JSON.parse(document.getElementById("charts").textContent);
  const light = ["#2463b4", "#d0611f", "#2b8a4b", "#a8327a", "#7a5fc0", "#8a6d1a", "#1d8a99", "#c23b3b", "#5b6770", "#6a8f1f", "#b0568f", "#3f7f6f"];
  const dark = ["#6ea8f0", "#f0995a", "#6fcf8e", "#e07ab8", "#b09cf0", "#d8b85a", "#5fc7d4", "#f07f7f", "#a3afb8", "#b4d264", "#e79ccb", "#86c9b7"];
  const theme = matchMedia("(prefers-color-scheme: dark)");
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const shown = v => v == null ? "-" : Math.abs(v) >= 1e5 || v !== 0 && Math.abs(v) < 1e-3 ? v.toExponential(2) : String(+v.toFixed(4));

  // Lines share one axis of sorted x values; points that fall on the same x keep to their own series.
  function aligned(series) {
    if (series.length === 1) return [series[0].x, series[0].y];
    return uPlot.join(series.map(s => [s.x, s.y]));
  }

  // A curve may go straight up (ROC), which x values in strict order cannot say: such series are nudged apart, far below a pixel.
  function ordered(s) {
    const index = s.x.map((_, i) => i).filter(i => s.x[i] != null).sort((a, b) => s.x[a] - s.x[b] || a - b);
    let last = -Infinity;
    const span = Math.abs(s.x[index[index.length - 1]] - s.x[index[0]]) || 1;
    const x = index.map(i => last = Math.max(s.x[i], last + span * 1e-9));
    return {name: s.name, joined: s.joined, x, y: index.map(i => s.y[i])};
  }

  const marker = at => ({hooks: {draw: [u => {
    const x = Math.round(u.valToPos(at, "x", true));
    u.ctx.save();
    u.ctx.strokeStyle = css("--soft");
    u.ctx.setLineDash([6, 4]);
    u.ctx.beginPath();
    u.ctx.moveTo(x, u.bbox.top);
    u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
    u.ctx.stroke();
    u.ctx.restore();
  }]}});

  function draw(element) {
    const spec = specs[element.dataset.chart];
    const hidden = element.chart ? element.chart.series.map(s => !s.show) : [];
    if (element.chart) element.chart.destroy();
    const colours = theme.matches ? dark : light;
    const series = spec.series.map(ordered);
    const axis = {stroke: css("--soft"), grid: {stroke: css("--line"), width: 1}, ticks: {stroke: css("--line"), width: 1}};
    const few = Math.max(...series.map(s => s.x.length)) < 2;
    element.chart = new uPlot({
      width: element.clientWidth,
      height: 240,
      scales: {x: {time: false}, y: {distr: spec.log ? 3 : 1}},
      cursor: {drag: {x: true, y: false}},
      axes: [
        {...axis, label: spec.x, labelSize: 22, size: 34},
        {...axis, size: 58, values: (_, ticks) => ticks.map(shown)},
      ],
      series: [{label: spec.x, value: (_, v) => shown(v)}].concat(series.map((s, i) => ({
        label: s.name,
        show: !hidden[i + 1],
        value: (_, v) => shown(v),
        stroke: colours[i % colours.length],
        width: 2,
        dash: i >= colours.length ? [8, 4] : undefined,
        spanGaps: true,
        paths: s.joined ? undefined : () => null,
        points: s.joined && !few ? {show: false} : {show: true, size: few ? 7 : 4, fill: colours[i % colours.length]},
      }))),
      plugins: spec.mark == null ? [] : [marker(spec.mark)],
    }, aligned(series), element);
  }

  const all = [...document.querySelectorAll(".chart")];
  all.forEach(draw);
  theme.addEventListener("change", () => all.forEach(draw));
  let pending = 0;
  new ResizeObserver(() => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => all.forEach(e => e.chart.width !== e.clientWidth && e.chart.setSize({width: e.clientWidth, height: 240})));
  }).observe(document.querySelector("main"));
})();
