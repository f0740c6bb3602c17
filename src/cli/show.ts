import type { BlockSource, Guide } from "../guide/guide.ts";
import type { Numbers } from "../bind/numbers.ts";
import type { Programs } from "../lower/programs.ts";
import { layersText } from "../model/print.ts";
import { plain } from "../report/numbers.ts";
import { showShape, type HostTensor } from "../tensor/shape.ts";

/** Text forms for `emit` of what has no folder of its own to print it. Each ends with a newline. */

/** The guide, block by block, and the layout of everything that is learned. */
export function showGuide({ guide, paramSpecs, parameterCount }: Programs): string {
  const lines = guide.blocks.flatMap(blockLines);
  const width = Math.max(0, ...paramSpecs.map(({ name }) => name.length));
  const learned = paramSpecs.map(
    ({ name, shape, offset, role }) => `  ${name.padEnd(width)}  ${showShape(shape)} at ${offset} (${role})`,
  );
  return [...lines, `learned: ${parameterCount} numbers`, ...learned, ""].join("\n");
}

function blockLines(block: Guide["blocks"][number]): readonly string[] {
  const { id, plates, sites, dimension, K, component, source } = block;
  const family = K === 1 ? component : `mixture(K = ${K}, component = ${component})`;
  const from =
    source.kind === "free"
      ? plates.length === 0
        ? "parameters of its own"
        : "parameters of its own for each datum"
      : `${layersText(source.layers)} of each datum ${showShape(source.input)}${asItIs(source) ? " as it is" : ""}`;
  return [
    `block ${id}${plates.length > 0 ? ` in ${plates.join(", ")}` : ""}: ${family} over ${dimension} numbers, from ${from}`,
    ...sites.map(
      ({ name, offset, size, event }) => `  ${name}: ${showShape(event)}, entries ${offset} to ${offset + size - 1}`,
    ),
  ];
}

const asItIs = ({ centre, spread }: Extract<BlockSource, { readonly kind: "network" }>): boolean =>
  centre.every((x) => x === 0) && spread.every((x) => x === 1);

/** Sizes, constants and data with numbers in them: shapes and the first entries. */
export function showData({ sizes, consts, data }: Numbers): string {
  const row = (kind: string, name: string, { shape, values }: HostTensor): string => {
    const first = [...values.slice(0, 6)].map((value) => plain(value)).join(" ");
    const rest = values.length > 6 ? ` … ${values.length - 6} more` : "";
    return `${kind} ${name}${shape.length > 0 ? ` ${showShape(shape)}` : ""} = ${first}${rest}`;
  };
  return [
    ...[...sizes].map(([name, size]) => `size ${name} = ${size}`),
    ...[...consts].map(([name, value]) => row("const", name, value)),
    ...[...data].map(([name, value]) => row("data", name, value)),
    "",
  ].join("\n");
}
