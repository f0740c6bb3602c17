import type { Diagnostic } from "../diagnostic.ts";
import { data } from "./data.ts";
import type { Explanation } from "./explanation.ts";
import { files } from "./files.ts";
import { folders } from "./folders.ts";
import { guide } from "./guide.ts";
import { improper, improperDraw } from "./improper.ts";
import { names } from "./names.ts";
import { plots } from "./plots.ts";
import { running, usage } from "./running.ts";
import { supports } from "./supports.ts";
import { sweeps } from "./sweep.ts";
import { syntax } from "./syntax.ts";
import { types } from "./types.ts";

export type { Explanation, Scene } from "./explanation.ts";

const inOrder = (...parts: readonly (readonly Explanation[])[]): readonly Explanation[] =>
  parts.flat().toSorted((a, b) => a.code.localeCompare(b.code));

/** Groups of codes, in the order of their numbers: the first digit, and what it is about. */
// prettier-ignore
export const groups: readonly { readonly title: string; readonly rows: readonly Explanation[] }[] = [
  { title: "Syntax", rows: syntax },
  { title: "Names", rows: names },
  { title: "Types and shapes", rows: types },
  { title: "Supports", rows: inOrder(supports, improper) },
  { title: "Guide and objective", rows: guide },
  { title: "Data", rows: inOrder(data, files) },
  { title: "Running", rows: inOrder(running, folders) },
  { title: "Plots", rows: inOrder(plots) },
  { title: "The command line and the programmatic interface", rows: inOrder(usage, [improperDraw]) },
  { title: "Sweeps", rows: sweeps },
];

/** Every message of the catalogue in its long form, by code. */
export const explanations: ReadonlyMap<Diagnostic["code"], Explanation> = new Map(
  groups.flatMap(({ rows }) => rows.map((row) => [row.code, row] as const)),
);
