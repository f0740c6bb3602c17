import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Guide } from "../guide/guide.ts";
import { bind } from "../bind/bind.ts";
import { analyse } from "../graph/instance.ts";
import { lower } from "../lower/lower.ts";
import { plan, withGuide } from "../plan/plan.ts";
import { checkSource, type Checked, type Compiled } from "../pipeline.ts";
import type { LoadedRun } from "../posterior/load.ts";
import { defaultOptions, type CompileOptions } from "../plan/options.ts";
import { entryOf } from "../base/records.ts";

/** The model of a saved run, its constants as they were. */
export function checkRun({
  record,
  source,
}: Pick<LoadedRun, "source"> & {
  readonly record: Pick<LoadedRun["record"], "consts">;
}): Outcome<Checked> {
  const set = Object.fromEntries(
    Object.entries(record.consts).flatMap(([name, { shape, values }]) =>
      shape.length === 0 ? [[name, values[0]!]] : [],
    ),
  );
  return checkSource(source, set);
}

/**
 * A saved guide over new data: possible when networks read every latent off its datum. The networks standardise their
 * inputs as they did in training, and constants keep the values they had. What has parameters of its own is refused
 * unless it is `kept`: then the guide says of latents outside plates what it learned in training, whatever the new data,
 * or of all latents, where the data are those of training.
 */
export function applyRun(
  run: LoadedRun,
  raw: Readonly<Record<string, unknown>>,
  kept: "none" | "globals" | "all" = "none",
  changed: Partial<CompileOptions> = {},
): Outcome<Compiled> {
  const { record } = run;
  const checked = checkRun(run);
  if (!checked.ok) return checked;
  const { graph, model } = checked.value;
  const numbers = bind(model, raw);
  if (!numbers.ok) return numbers;
  // New data are taken as they come; minibatches were a matter of training. A run that was saved before an option was
  // there has what is now its default.
  const options = { ...defaultOptions, ...record.settings.compile, batch: {}, ...changed };
  const planned = plan(analyse(graph, numbers.value), options);
  if (!planned.ok) return planned;

  const { blocks } = planned.value.guide;
  const own = blocks
    .filter(({ plates }) => kept === "none" || (kept === "globals" && plates.length > 0))
    .find((block) => block.source.kind === "free" || !entryOf(record.encoders, block.id));
  if (own)
    return failed(
      usage.notAmortized({
        sites: own.sites.map(({ name }) => name),
        global: own.plates.length === 0,
      }),
    );
  const programs = lower(withGuide(planned.value, withEncoders(planned.value.guide, run)));
  const learned = record.paramSpecs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  if (programs.parameterCount !== learned)
    return failed(usage.otherLayout({ expected: learned, found: programs.parameterCount }));
  return ok({ ...checked.value, ...programs }, [...checked.warnings, ...numbers.warnings, ...planned.warnings]);
}

/** A guide whose networks standardise their inputs as they did in training. */
export function withEncoders({ blocks }: Guide, { record }: LoadedRun): Guide {
  return {
    blocks: blocks.map((block) => {
      const { source } = block;
      const saved = entryOf(record.encoders, block.id);
      // Networks that read another number of inputs have other weights, which is told elsewhere.
      const fits = saved && source.kind === "network" && source.centre.length === saved.centre.length;
      return fits ? { ...block, source: { ...source, ...saved } } : block;
    }),
  };
}
