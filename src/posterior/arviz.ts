import { encodeJson } from "./json.ts";
import type { Posterior } from "./posterior.ts";
import { resample } from "./resample.ts";
import type { Seed } from "../execute/executor.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Draws } from "./draws.ts";
import { nest } from "./summary.ts";

/** Numbers in one file: about 20 MB of text. */
const largestFile = 1e6;

/**
 * A site as a variable of xarray: `chain`, `draw` and `NAME_dim_0` are names of ArviZ's dimensions, which no variable can
 * have. What stands in front has a dot, which no other site has.
 */
function variable(site: string): string {
  return /^(chain|draw)$|_dim_\d+$/.test(site) ? `site.${site}` : site;
}

/**
 * The implicit posterior as InferenceData, for ArviZ's `from_json`: one chain of resampled draws, with log joint and
 * log q in `sample_stats`. At most `n` draws; fewer when there would be more than a million numbers.
 */
export function inferenceData(posterior: Posterior, n: number, seed: Seed): string {
  const { draws } = posterior;
  const entries =
    draws.sites.reduce((sum, { shape }) => sum + sizeOf(shape), 0) +
    2 * draws.blocks.reduce((sum, { data }) => sum + sizeOf(data), 0);
  const count = Math.max(1, Math.min(n, draws.count, Math.floor(largestFile / Math.max(1, entries))));
  const chosen: Draws = resample(draws, draws.count === 0 ? 0 : count, seed);
  const chain = (shape: readonly number[], values: Float64Array) => [nest([chosen.count, ...shape], values)];
  const only = chosen.blocks.length === 1;
  const stats = chosen.blocks.flatMap(({ id, data, logJoint, logQ }) => {
    const suffix = only ? "" : `_${id}`;
    return [
      [`lp${suffix}`, chain(data, logJoint)],
      [`log_q${suffix}`, chain(data, logQ)],
    ];
  });
  return encodeJson({
    posterior: Object.fromEntries(
      chosen.sites.map(({ name, shape, values }) => [variable(name), chain(shape, values)]),
    ),
    posterior_attrs: {
      inference_library: "stratum",
      method: "importance resampling of variational draws",
    },
    sample_stats: Object.fromEntries(stats),
  });
}
