import { join } from "node:path";
import { writeWhole } from "../../data/whole.ts";
import * as usage from "../../diagnostics/catalogue/usage.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { metricPlot } from "../../report/plot/metric.ts";
import { drawSvg } from "../../report/plot/render.ts";
import { fixedText } from "../../sweep/print.ts";
import { pointsOf, type Row } from "../../sweep/results.ts";
import type { Plot, Sweep } from "../../sweep/sweep.ts";

/** Draws the plots of which there is something to see; the names of their files, or what is wrong. */
export async function writePlots(
  out: string,
  { plots }: Sweep,
  rows: readonly Row[],
): Promise<readonly string[] | Diagnostic> {
  const written: string[] = [];
  for (const plot of plots) {
    const points = pointsOf(plot, rows);
    if (points.length === 0) continue;
    const { x, y, references, logX } = plot;
    const spec = metricPlot(points, {
      title: plot.title ?? `${y} by ${x}`,
      subtitle: subtitle(plot),
      x,
      y,
      logX,
      spread: "range",
      ...(references.length > 0 ? { references } : {}),
    });
    const path = join(out, plot.file);
    const svg = await drawSvg(spec);
    if (!svg.ok) return svg.errors[0];
    const problem = await writeWhole(path, svg.value);
    if (problem !== null) return usage.unwritable({ path, problem });
    written.push(plot.file);
  }
  return written;
}

/** Which fits are shown. */
function subtitle({ where }: Plot): readonly string[] {
  const words = Object.entries(where).map(([name, values]) => [name, values.join(" or ")] as const);
  return words.length === 0 ? [] : [`${fixedText(Object.fromEntries(words))}.`];
}
