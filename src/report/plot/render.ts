import { assert } from "../../base/assert.ts";
import { drawable } from "../../base/escape.ts";
import { absent } from "../../base/packages.ts";
import { drawingNotInstalled } from "../../diagnostics/catalogue/plots.ts";
import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import { textWidth } from "./measure.ts";
import type { Spec } from "./spec.ts";

let last: Promise<unknown> = Promise.resolve();

/**
 * A plot as an SVG document, which ends with a newline. The same specification gives the same bytes, in a browser as
 * elsewhere. The library that draws is loaded when it is first asked for; PPL768 where it is not installed.
 */
export function drawSvg(spec: Spec): Promise<Outcome<string>> {
  // one after another: how text is measured and how parts are numbered is common to all of a page's drawings
  const drawn = last.then(() => draw(spec));
  last = drawn.catch(() => undefined);
  return drawn;
}

interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
}
/** What its declarations leave out. */
interface Measures {
  readonly textMetrics: { width: (item: TextItem, text: unknown) => number };
}
const measures = (library: object): library is Measures => "textMetrics" in library;

async function draw(spec: Spec): Promise<Outcome<string>> {
  const [vega, lite] = await Promise.all([import("vega").catch(absent), import("vega-lite").catch(absent)]);
  if (!vega || !lite) return failed(drawingNotInstalled({ what: "a plot", packages: ["vega", "vega-lite"] }));
  const library: object = vega;
  assert(measures(library), "vega measures text by textMetrics");
  const { textMetrics } = library;
  const before = textMetrics.width;
  textMetrics.width = ({ fontSize = 11, fontWeight }, text) =>
    textWidth(String(text ?? "").trim(), fontSize, fontWeight === "bold" || Number(fontWeight) >= 600);
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(lite.compile(drawable(spec)).spec), { renderer: "none" });
  try {
    return ok(`${rounded(await view.toSVG())}\n`);
  } finally {
    textMetrics.width = before;
    view.finalize();
  }
}

/** Places to a tenth of a pixel: the digits beyond are half of a file, and nobody sees them. */
function rounded(svg: string): string {
  return svg.replace(/ (?:d|transform|x[12]?|y[12]?)="[^"]*"/g, (attribute) =>
    attribute.replace(/-?\d*\.\d{2,}(?:e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(1)))),
  );
}
