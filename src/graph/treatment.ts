import { isChain, mostValues } from "../bind/discrete.ts";
import type { Dim, Model } from "../model/model.ts";
import { addDims } from "../model/sizes.ts";
import type { Enumeration } from "./enumeration.ts";

/** What becomes of a discrete site, as far as is known: before data are bound, `values` may be a size, or null. */
export interface Treatment {
  readonly site: string;
  readonly how: "enumerated" | "step by step" | "score function" | "depends on the data";
  readonly values: Dim | null;
}

/** How each discrete site of a model will be dealt with. */
export function treatmentsOf(model: Model, enumeration: Enumeration | null): Treatment[] {
  if (enumeration) {
    const { sites, drawn } = enumeration;
    const done = sites.map(({ name, count, chain }): Treatment => ({
      site: name,
      how: chain ? "step by step" : "enumerated",
      values: count,
    }));
    const rest = drawn.map(({ node, count }): Treatment => ({ site: node.name, how: "score function", values: count }));
    return [...done, ...rest];
  }
  return model.nodes.flatMap((node): Treatment[] => {
    if (node.kind !== "latent" || !node.discrete) return [];
    const site = node.name;
    const { lower, upper } = node.type;
    if (!lower || !upper) return [{ site, how: "score function", values: null }];
    const how = isChain(node) ? "step by step" : "enumerated";
    const [low, high] = [lower.type.range, upper.type.range];
    const entries = isChain(node) ? [] : node.type.shape;
    const count = high.upper - low.lower + 1;
    if (Number.isFinite(count) && entries.every((dim) => typeof dim === "number")) {
      const values = entries.reduce<number>((size, dim) => size ** Number(dim), count);
      return [values > mostValues ? { site, how: "score function", values } : { site, how, values }];
    }
    const size = upper.type.size;
    if (size === undefined || low.lower !== 0 || entries.length > 0)
      return [{ site, how: "depends on the data", values: null }];
    return [{ site, how, values: addDims(size, 1) }];
  });
}

/** "k: enumerated, 2 values" */
export function treatmentText({ site, how, values }: Treatment): string {
  if (how === "depends on the data") return `${site}: enumerated, if the data leave it few values, else score function`;
  if (how === "score function")
    return `${site}: score function, ${values === null ? "its values have no end" : `${values} values`}`;
  const each = values === 1 ? "1 value" : `${values} values`;
  return how === "enumerated" ? `${site}: enumerated, ${each}` : `${site}: summed out step by step, ${each}`;
}
