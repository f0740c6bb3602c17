import { evaluationOpenerOf } from "../../app/opener.ts";
import { plotDraws, plotTrace, type Open, type PlotSettings } from "../../app/plot.ts";
import { plotLatent } from "../../app/plot-latent.ts";
import { kindOf } from "../../data/files.ts";
import { readTextWithin } from "../../data/text.ts";
import { bounds } from "../../base/bounds.ts";
import { loadRun, runFiles } from "../../data/runs.ts";
import { noReliability, unknownPlot } from "../../diagnostics/catalogue/plots.ts";
import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import type { LoadedRun } from "../../posterior/load.ts";
import { binsIn, reliabilityPlot } from "../../report/plot/reliability.ts";
import { drawSvg } from "../../report/plot/render.ts";
import type { Spec } from "../../report/plot/spec.ts";
import type { Call, Request, Run } from "../command.ts";
import type { plot } from "../commands/plot.ts";
import { withRun } from "../begin.ts";
import { loadData } from "../data.ts";
import { status, save } from "../output.ts";
import { entryOf } from "../../base/records.ts";

type Draw = (run: LoadedRun, open: Open, settings: PlotSettings) => Promise<Outcome<Spec>>;

/** What can be drawn of a run alone; `reliability` is of any file that has scores in it. */
const kinds: Readonly<Record<string, Draw>> = {
  trace: (run) => Promise.resolve(plotTrace(run)),
  draws: plotDraws,
  latent: plotLatent,
};
const reliability = "reliability";
const known = [...Object.keys(kinds), reliability];

/** `stratum plot RUN KIND [--out FILE.svg]`: one picture of a saved run. */
export const run: Run<typeof plot> = async (call) => {
  const { request, output } = call;
  const [path, kind] = request.args;
  if (kind === reliability) {
    const spec = await reliabilityOf(path);
    const finished = spec.ok ? await finish(spec.value, call) : spec;
    return finished.ok ? finished.value : output.fail(finished.errors);
  }
  const draw = entryOf(kinds, kind);
  if (!draw) return output.fail([unknownPlot({ name: kind, known })]);
  return withRun(path, call, async (saved, config) => {
    const data = await loadData(call);
    if (!data.ok) return data;
    const { datum: rows, site: sites, draws } = request.flags;
    const seed = config.run.seed ?? saved.record.seed;
    const spec = await draw(saved, evaluationOpenerOf(config.run), { data: data.value, rows, sites, draws, seed });
    if (!spec.ok) return spec;
    output.warn(spec.warnings, saved.source);
    return finish(spec.value, call);
  });
};

/** Draws the picture, to a file or to standard output. */
async function finish(spec: Spec, { request, output }: Call<Request<typeof plot>>): Promise<Outcome<number>> {
  const { out } = request.flags;
  const [, kind] = request.args;
  const drawn = await drawSvg(spec);
  if (!drawn.ok && output.json && out === null) {
    // the specification is there, whether or not what draws it is installed
    output.data({ ok: true, kind, spec });
    return ok(status.fine);
  }
  if (!drawn.ok) return drawn;
  const svg = drawn.value;
  if (out === null) output.content(svg);
  else {
    const saved = await save(out, svg);
    if (!saved.ok) return saved;
    output.note(`wrote ${out}`);
  }
  output.data({ ok: true, kind, spec, ...(out === null ? { svg } : { out }) });
  return ok(status.fine);
}

/** The bins in a run folder, or in a file that a command printed with `--json`. */
async function reliabilityOf(path: string): Promise<Outcome<Spec>> {
  const texts: string[] = [];
  if ((await kindOf(path)) === "folder") {
    const loaded = await loadRun(path);
    if (!loaded.ok) return loaded;
    const files = await runFiles(path);
    for (const [name, content] of Object.entries(files))
      if (name.endsWith(".json") && typeof content === "string") texts.push(content);
  } else {
    const read = await readTextWithin(bounds.jsonBytes, path);
    if ("text" in read) texts.push(read.text);
  }
  for (const text of texts) {
    const found = binsIn(parsed(text));
    if (found) return ok(reliabilityPlot(found.bins, { title: found.name ?? "" }));
  }
  return failed(noReliability({ path }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
