import { unravel } from "../tensor/shape.ts";
import { componentFamilies } from "../components/index.ts";
import { encoderOf } from "../guide/encoder.ts";
import { hasLogits, rawWidth } from "../guide/paramSpecs.ts";
import { lastLayer } from "../nn/network.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Plan } from "../plan/plan.ts";
import { declaredParam, isOfBlock, paramName } from "../program/names.ts";

/** One learned number in the user's terms. */
export interface ParameterPlace {
  /** The learned array that it is an entry of. */
  readonly parameter: string;
  /** Position within the array, outermost axis first. */
  readonly entry: readonly number[];
  /** The site, param or net that it belongs to, and its statement; null when the model does not say. */
  readonly name: string | null;
  readonly span: Span | null;
}

/** Where entry `index` of the flat parameter vector belongs. */
export function parameterAt({ paramSpecs, guide, model }: Plan, index: number): ParameterPlace {
  const spec = paramSpecs.find(({ offset, size }) => index >= offset && index < offset + size);
  if (!spec) return { parameter: "bound", entry: [], name: null, span: null };
  const entry = unravel(spec.shape, index - spec.offset);
  const declared = declaredParam(spec.name);
  const learned = [...model.params, ...model.nets].find(({ name }) => name === declared);
  if (learned) return { parameter: spec.name, entry, name: learned.name, span: learned.span };

  const block = guide.blocks.find(({ id }) => isOfBlock(spec.name, id));
  const site = block?.sites.find(({ offset, size }) => {
    if (block.source.kind === "network") return true;
    const raw = (entry.at(-1) ?? 0) - (hasLogits(block) ? 1 : 0);
    const coordinate = raw < 0 ? null : componentFamilies[block.component].coordinateOf(raw, block.dimension, block);
    if (coordinate === null) return true;
    return coordinate >= offset && coordinate < offset + size;
  });
  const node = model.nodes.find((one) => one.kind === "latent" && one.name === site?.name);
  return { parameter: spec.name, entry, name: site?.name ?? null, span: node?.span ?? null };
}

/** Entries of the flat parameter vector that make the weights of mixtures: their logits, or what a network's last layer computes them by. */
export function logitEntries({ paramSpecs, guide }: Plan): Uint32Array {
  return Uint32Array.from(
    guide.blocks.filter(hasLogits).flatMap((block) => {
      const width = block.K * rawWidth(block);
      const names =
        block.source.kind === "free"
          ? [paramName.block(block.id)]
          : lastLayer(encoderOf(block.source, width)).map(({ name }) => paramName.block(block.id, name));
      // a row of raw numbers begins with its logit
      return paramSpecs
        .filter(({ name }) => names.includes(name))
        .flatMap(({ offset, size }) =>
          Array.from({ length: size / rawWidth(block) }, (_, at) => offset + at * rawWidth(block)),
        );
    }),
  );
}
