"""The style and the script of a chart's page. The script only moves what is drawn; without it the chart is still whole."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2330; --quiet: #8a93a6; --paper: #ffffff; --buy: #0a7d4f; --sell: #c23b22; --mid: #3b5bdb; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8f1; --quiet: #7d879c; --paper: #14171f; --buy: #3ecf8e; --sell: #ff7a5c; --mid: #8aa2ff; } }
body { margin: 1.5rem auto; max-width: 1240px; padding: 0 1rem; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.2rem; margin: 0 0 .3rem; }
svg { width: 100%; height: auto; touch-action: none; cursor: crosshair; }
pre { overflow-x: auto; font: 12px/1.4 ui-monospace, monospace; }
.legend { color: var(--quiet); margin: .2rem 0; font-size: .85rem; }
text { fill: var(--quiet); font-size: 11px; }
text.number { text-anchor: end; } text.time { text-anchor: middle; } text.name { fill: var(--ink); font-size: 12px; }
path { fill: none; vector-effect: non-scaling-stroke; }
.frame { fill: none; stroke: var(--quiet); stroke-width: .6; } .grid { stroke: var(--quiet); stroke-opacity: .2; } .zero { stroke: var(--quiet); stroke-opacity: .6; }
.band { fill: var(--mid); fill-opacity: .18; } .mid { stroke: var(--mid); stroke-opacity: .7; } .worth { stroke: var(--ink); }
.line { stroke-opacity: .55; } .line.buy { stroke: var(--buy); } .line.sell { stroke: var(--sell); }
.quiet { stroke: var(--ink); stroke-width: 2; stroke-linecap: round; }
.mark path { stroke-width: 1.2; } .mark.buy path { fill: var(--buy); stroke: var(--buy); } .mark.sell path { fill: var(--sell); stroke: var(--sell); }
.mark.taker path { stroke: var(--ink); } .mark.busted path { fill: none; } .refused path { stroke: var(--sell); stroke-width: 1.5; }
span.buy { color: var(--buy); } span.sell, span.refused { color: var(--sell); }
""".strip()

# No `<` and no `&` in it, so that the page stays XML.
SCRIPT: Final = """
(function () {
  const chart = document.getElementById("chart"), told = document.getElementById("window");
  const left = +chart.dataset.left, right = +chart.dataset.right, width = right - left;
  const startMs = Number(BigInt(chart.dataset.start) / 1000n) / 1000, spanMs = Number(chart.dataset.span) / 1e6;
  const stretched = chart.querySelectorAll(".stretched"), moving = chart.querySelectorAll(".moves");
  let scale = 1, shift = 0, held = null;
  function clock(x) {
    return new Date(startMs + (x - left) / width * spanMs).toISOString().slice(0, 23).replace("T", " ");
  }
  function draw() {
    scale = Math.max(1, Math.min(scale, 1e6));
    shift = Math.min(left * (1 - scale), Math.max(shift, right * (1 - scale)));
    shift = Math.min(left - left * scale, shift);
    stretched.forEach(function (one) { one.setAttribute("transform", "matrix(" + scale + " 0 0 1 " + shift + " 0)"); });
    moving.forEach(function (one) {
      one.setAttribute("transform", "translate(" + (one.dataset.x * scale + shift) + " " + one.dataset.y + ")");
    });
    told.textContent = "from " + clock((left - shift) / scale) + " to " + clock((right - shift) / scale) + " UTC";
  }
  function at(event) { return event.offsetX / chart.clientWidth * chart.viewBox.baseVal.width; }
  chart.addEventListener("wheel", function (event) {
    event.preventDefault();
    const x = at(event), before = (x - shift) / scale;
    scale *= Math.exp(-event.deltaY / 500);
    scale = Math.max(1, scale);
    shift = x - before * scale;
    draw();
  }, { passive: false });
  chart.addEventListener("pointerdown", function (event) { held = at(event) - shift; });
  chart.addEventListener("pointermove", function (event) { if (held !== null) { shift = at(event) - held; draw(); } });
  window.addEventListener("pointerup", function () { held = null; });
  chart.addEventListener("dblclick", function () { scale = 1; shift = 0; draw(); });
})();
""".strip()
