import { plotDraws, plotTrace, type Open, type PlotSettings } from "../../api/plot.ts";
import { plotLatent } from "../../api/plot-latent.ts";
import { readConfig } from "../../api/options.ts";
import { anyText, list, whole } from "../../api/readers.ts";
import { kindOf, readText, write } from "../../data/files.ts";
import { loadRun, runFiles } from "../../data/runs.ts";
import { noReliability, unknownPlot } from "../../diagnostics/catalogue/plots.ts";
import { unwritable } from "../../diagnostics/catalogue/usage.ts";
import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import { evaluationOpenerOf } from "../../api/opener.ts";
import type { LoadedRun } from "../../posterior/load.ts";
import { binsIn, reliabilityPlot } from "../../report/plot/reliability.ts";
import { renderSvg } from "../../report/plot/render.ts";
import type { Spec } from "../../report/plot/spec.ts";
import type { Run } from "../commands.ts";
import { loadData } from "../data.ts";
import { readFlag } from "../flags.ts";
import { status } from "../output.ts";

type Draw = (run: LoadedRun, open: Open, settings: PlotSettings) => Promise<Outcome<Spec>>;

/** What can be drawn of a run. */
const kinds: Readonly<Record<string, Draw>> = {
  trace: (run) => Promise.resolve(ok(plotTrace(run))),
  draws: plotDraws,
  latent: plotLatent,
};
const known = [...Object.keys(kinds), "reliability"];

/** `stratum plot RUN KIND [--out FILE.svg]`: one picture of a saved run. */
export const run: Run = async (request, io, output) => {
  const [path = "", kind = ""] = request.args;
  if (!known.includes(kind)) return output.fail([unknownPlot({ name: kind, known })]);
  const config = readConfig([{ given: request.given, where: "stratum plot" }]);
  if (!config.ok) return output.fail(config.errors);
  const rows = readFlag(request, "datum", list(whole(0), "whole numbers, as in `0,3`"), null);
  if (!rows.ok) return output.fail(rows.errors);
  const sites = readFlag(request, "site", list(anyText, "names"), null);
  if (!sites.ok) return output.fail(sites.errors);
  const draws = readFlag(request, "draws", whole(1), 250);
  if (!draws.ok) return output.fail(draws.errors);

  const finish = async (spec: Spec): Promise<number> => {
    const svg = await renderSvg(spec);
    const out = request.flags["out"];
    if (typeof out === "string") {
      const problem = await write(out, svg);
      if (problem !== null) return output.fail([unwritable({ path: out, problem })]);
      output.note(`wrote ${out}`);
    } else output.text(svg);
    output.data({ ok: true, kind, spec, ...(typeof out === "string" ? { out } : { svg }) });
    return status.fine;
  };
  if (kind === "reliability") {
    const spec = await reliabilityOf(path);
    return spec.ok ? finish(spec.value) : output.fail(spec.errors);
  }

  const loaded = await loadRun(path);
  if (!loaded.ok) return output.fail(loaded.errors);
  const { source, record } = loaded.value;
  const model = { source, data: null, nearData: null, options: { given: {}, where: "" } };
  const data = await loadData(request, model, io);
  if (!data.ok) return output.fail(data.errors, source);
  const settings: PlotSettings = {
    data: data.value,
    rows: rows.value,
    sites: sites.value,
    draws: draws.value,
    seed: config.value.seed ?? record.seed,
  };
  const spec = await kinds[kind]!(loaded.value, evaluationOpenerOf(config.value), settings);
  if (!spec.ok) return output.fail(spec.errors, source);
  output.warn(spec.warnings, source);
  return finish(spec.value);
};

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
    const read = await readText(path);
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
