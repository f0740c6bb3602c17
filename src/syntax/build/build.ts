import type * as cst from "../../../grammar/cst.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type * as ast from "../ast.ts";
import { newBuild } from "./nodes.ts";
import { statement } from "./statements.ts";

/** The statements of a text, and what is wrong with them. */
export interface Built {
  readonly statements: readonly ast.Stmt[];
  readonly mistakes: readonly Diagnostic[];
}

/**
 * The tree of meaning from the tree of tokens. The two mistakes that only show here are a number that float64 cannot
 * hold and an expression too high to walk.
 */
export function build(file: cst.FileCstNode): Built {
  const b = newBuild();
  const statements = (file.children.statement ?? []).map((node) => statement(b, node));
  return { statements, mistakes: b.mistakes };
}
