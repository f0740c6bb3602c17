import type { Example } from "./example.ts";
import { families } from "./families.ts";
import { functions } from "./functions.ts";
import { layers } from "./layers.ts";
import { guides } from "./guides.ts";
import { expressions, statements, types } from "./statements.ts";
import { tours } from "./tours.ts";

export type { Example } from "./example.ts";

/** The pages of the language reference, in their order. */
// prettier-ignore
export const groups: readonly { readonly title: string; readonly about: string; readonly rows: readonly Example[] }[] = [
  { title: "Statements", about: "A model is a list of statements, read from top to bottom. Each begins with its keyword.", rows: statements },
  { title: "Types", about: "What `data`, `param`, `sample` and `let` declare. A type is a support and a shape.", rows: types },
  { title: "Expressions", about: "Values are made of names, numbers, calls and these.", rows: expressions },
  { title: "Functions", about: "Each function in a model that uses it.", rows: functions },
  { title: "Distributions", about: "Each family in a model that uses it. Arguments are given in order or by name.", rows: families },
  { title: "Layers", about: "What `sequential` is made of, in nets and after `by` in guides. `mlp(2, 100, 10)` is short for `sequential(2, dense(100), relu, dense(10))`. Shapes are those of one row, with channels last; axes in front are kept.", rows: layers },
  { title: "Guides", about: "The families of guides. Without a `guide` statement, `--guide`, `--K` and `--component` choose for all sites.", rows: guides },
  { title: "Tour", about: "Whole models.", rows: tours },
];

/** Constructs, by group and name, that cannot be used in this version yet, and why. */
export const pending: ReadonlyMap<string, string> = new Map();
