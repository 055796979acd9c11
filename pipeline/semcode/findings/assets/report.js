/* Draw the figures in the page's own colours, and again when these change or it is printed. */
(function () {
  "use strict";
  const TOKEN = /^var\((--[\w-]+)\)$/;
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const canvases = Array.from(document.querySelectorAll("[data-figure]"));
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  /* Replace colour names such as var(--ink) by their values; other text is left alone. */
  function themed(node, isColor, style) {
    if (Array.isArray(node)) {
      return node.map((item) => themed(item, isColor, style));
    }
    if (node !== null && typeof node === "object") {
      const copy = {};
      for (const key of Object.keys(node)) {
        copy[key] = themed(node[key], /color/i.test(key), style);
      }
      return copy;
    }
    const match = isColor && typeof node === "string" ? TOKEN.exec(node) : null;
    return match ? style.getPropertyValue(match[1]).trim() : node;
  }

  function options(name) {
    return {
      displaylogo: false,
      doubleClick: false,
      modeBarButtons: [["toImage"]],
      responsive: true,
      toImageButtonOptions: { format: "svg", filename: "figure-" + name },
    };
  }

  /* On paper nothing scrolls: leave out labels that would touch. */
  function thin(axis, room) {
    if (axis.tickvals) {
      const step = Math.ceil((axis.tickvals.length * 12) / room);
      axis.tickvals = axis.tickvals.filter((_, i) => i % step === 0);
      axis.ticktext = axis.ticktext.filter((_, i) => i % step === 0);
    }
  }

  function draw(width) {
    const style = getComputedStyle(document.documentElement);
    for (const canvas of canvases) {
      const name = canvas.dataset.figure;
      const figure = themed(figures[name], false, style);
      if (width) {
        figure.layout.width = width;
        figure.layout.autosize = false;
        thin(figure.layout.xaxis, width - 340);
      }
      const waiting = canvas.querySelector(".plot-waiting");
      if (waiting) {
        waiting.remove();
      }
      Plotly.react(canvas, figure.data, figure.layout, options(name));
      /* The label says what the drawing shows, and the table beneath it says all. */
      for (const svg of canvas.querySelectorAll(".main-svg")) {
        svg.setAttribute("aria-hidden", "true");
      }
    }
  }

  draw(0);
  dark.addEventListener("change", () => draw(0));
  window.addEventListener("beforeprint", () => {
    document.documentElement.dataset.print = "yes";
    draw(660);
  });
  window.addEventListener("afterprint", () => {
    delete document.documentElement.dataset.print;
    draw(0);
  });
})();
