import { present } from "../base/assert.ts";
import type { Minibatch } from "../joint/context.ts";
import { sizeOf, type Shape } from "../tensor/shape.ts";
import { type Chunks } from "./chunks.ts";
import type { SiteDraws } from "./draws.ts";
import type { Programs } from "../lower/programs.ts";
import { outputName, outputOf, type OutputKind } from "../program/names.ts";

/** One output of the evaluation program, and how it is cut along its first plate. */
export interface Layout {
  readonly name: string;
  /** Of one draw over all data. */
  readonly shape: Shape;
  /** Entries of one draw in the program's output. */
  readonly columns: number;
  /** Null: not cut. */
  readonly minibatch: Minibatch | null;
  readonly inner: number;
}

export interface SiteLayout extends Layout, Omit<SiteDraws, "values" | "name" | "shape"> {
  readonly output: string;
}

export interface BlockLayout extends Layout {
  /** It has several components. */
  readonly mixture: boolean;
}

export interface Layouts {
  readonly blocks: readonly BlockLayout[];
  readonly sites: readonly SiteLayout[];
}

/** Of the entries of one draw, how many belong to data that this chunk is the first to see. */
export function validColumns({ minibatch, columns, inner }: Layout, chunk: number): number {
  if (!minibatch) return chunk === 0 ? columns : 0;
  const left = minibatch.size - chunk * minibatch.rows;
  return Math.max(0, Math.min(left, minibatch.rows)) * inner;
}

export function chunkShape({ minibatch, shape, inner }: Layout, valid: number): Shape {
  return minibatch ? [valid / inner, ...shape.slice(1)] : shape;
}

/** How the outputs of an evaluation program are laid out, read off its shapes. */
export function layoutOf({ model, guide }: Programs, { evaluation }: Chunks): Layouts {
  const { program, minibatches } = evaluation;
  const named = (kind: OutputKind) =>
    program.outputs.flatMap(({ name: output, value }) => {
      const name = outputOf(kind, output);
      return name === null ? [] : [{ name, given: present(program.equations[value], output).shape.slice(1) }];
    });
  const cut = (name: string, given: Shape, plate: string | undefined): Layout => {
    const minibatch = minibatches.find((candidate) => candidate.plate === plate) ?? null;
    const shape = minibatch ? [minibatch.size, ...given.slice(1)] : given;
    const inner = minibatch ? sizeOf(given) / minibatch.rows : sizeOf(given);
    return { name, shape, columns: sizeOf(given), minibatch, inner };
  };
  const outer = named("log_weight").map(({ name, given }) => {
    const block = present(
      guide.blocks.find(({ id }) => id === name),
      `block ${name}`,
    );
    return { block, layout: cut(name, given, block.plates[0]) };
  });
  const siteOf =
    (kind: "value" | "probability") =>
    ({ name, given }: { readonly name: string; readonly given: Shape }): SiteLayout => {
      const node = present(
        model.nodes.find((n) => (n.kind === "latent" || n.kind === "let") && n.name === name),
        `site ${name}`,
      );
      // A value belongs to the block whose plates it stands in; with a global block, all of them are that block's
      const home = outer
        .filter(({ block }) => block.plates.every((plate, i) => node.plates[i] === plate))
        .toSorted((a, b) => b.block.plates.length - a.block.plates.length)[0];
      const output = outputName(kind, name);
      const probability = kind === "probability";
      return {
        ...cut(probability ? output : name, given, node.plates[0]),
        output,
        kind: probability ? "probability" : node.kind === "let" ? "let" : "sample",
        block: home?.block.id ?? null,
      };
    };
  const sites = (["value", "probability"] as const).flatMap((kind) => named(kind).map(siteOf(kind)));
  return { blocks: outer.map(({ layout, block }) => ({ ...layout, mixture: block.K > 1 })), sites };
}
