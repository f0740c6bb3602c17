import { componentNames, guideFamilyNames, isComponent } from "../components/index.ts";
import { suggest } from "../diagnostics/suggest.ts";
import { notASite, repeatedSite, unknownArgument, unknownWord } from "../diagnostics/catalogue/names.ts";
import { guideSetting, mayNotDepend } from "../diagnostics/catalogue/types.ts";
import type { Argument, Expr as Ast, GuideEntry as EntryAst, GuideStmt } from "../syntax/ast.ts";
import { expression } from "./expressions.ts";
import { sizeOf } from "./sizes.ts";
import type { Expr, GuideEntry, Plate, PlateId } from "../model/model.ts";
import { maskProblem } from "../library/missing.ts";
import { encoderOf } from "./networks.ts";
import { dependence, namesOf, plateNamed, report, textOf, type Scope } from "./scope.ts";

const settings = ["K", "component", "rank", "amortize"] as const;

/** `guide { z ~ mixture(K = 20) given x[n] by mlp(128) }` */
export function checkGuide(s: Scope, stmt: GuideStmt): void {
  for (const entry of stmt.entries) {
    const checked = checkEntry(s, entry);
    if (checked) s.guide.push(checked);
  }
}

function checkEntry(s: Scope, ast: EntryAst): GuideEntry | null {
  const { text: site, span } = ast.site;
  const entry = s.entries.get(site);
  const before = s.guide.find((other) => other.site === site);
  if (entry?.kind === "broken") return null;
  if (entry?.kind !== "latent") {
    const sites = namesOf(s, "latent");
    return report(s, notASite({ span, name: site, suggestion: suggest(site, sites), sites }));
  }
  if (before) return report(s, repeatedSite({ span, name: site, before: before.span }));
  const callee = ast.family.kind === "call" ? ast.family.callee : ast.family;
  const args = ast.family.kind === "call" ? ast.family.args : [];
  const family = familyName(s, callee.text, callee.span, "a guide family");
  const options = readSettings(s, args, family);
  const given = inPlates(s, entry.plates, () => ast.given.map((part) => givenData(s, part)));
  const encoder = ast.by ? encoderOf(s, ast.by) : null;
  if (ast.by && !encoder) return null;
  if (family === null || options === null || !given.every((part) => part !== null)) return null;
  const [reads] = given;
  if (reads && entry.plates.length === 0)
    return report(
      s,
      guideSetting({
        span: reads.span,
        problem: `\`${site}\` is outside every plate, so there is no datum to read`,
        hint: "drop `given ...`: a global latent has parameters of its own",
      }),
    );
  return {
    site,
    span: ast.span,
    family,
    ...options,
    given,
    network: encoder?.network ?? null,
    standardise: encoder?.standardise ?? null,
  };
}

function familyName(s: Scope, name: string, span: EntryAst["span"], what: string): string | null {
  if ((guideFamilyNames as readonly string[]).includes(name)) return name;
  const suggestion = suggest(name, guideFamilyNames);
  return report(s, unknownWord({ span, name, what, known: guideFamilyNames, suggestion }));
}

type Settings = Pick<GuideEntry, "K" | "component" | "rank" | "amortize">;

function readSettings(s: Scope, args: readonly Argument[], family: string | null): Settings | null {
  let found: Settings = { K: null, component: null, rank: null, amortize: null };
  for (const { name, value, span } of args) {
    const key = settings.find((setting) => setting === name?.text);
    if (!key) {
      const text = name?.text ?? textOf(s, value.span);
      const suggestion = suggest(text, settings);
      const at = name?.span ?? span;
      return report(s, unknownArgument({ span: at, name: text, of: family ?? "guide", known: settings, suggestion }));
    }
    const ofRank = key === "rank" && family === "low_rank";
    if (key !== "amortize" && family !== null && family !== "mixture" && !ofRank) {
      const owner = key === "rank" ? "low_rank" : "mixture";
      return report(
        s,
        guideSetting({ span, problem: `\`${key}\` belongs to \`${owner}\`, and this is \`${family}\`` }),
      );
    }
    const setting = readSetting(s, key, value);
    if (!setting) return null;
    found = { ...found, ...setting };
  }
  return found;
}

function readSetting(s: Scope, key: (typeof settings)[number], value: Ast): Partial<Settings> | null {
  // prettier-ignore
  const word = textOf(s, value.span);
  switch (key) {
    case "K": {
      const K = sizeOf(s, value);
      if (K === null) return null;
      if (typeof K === "number" && K >= 1) return { K };
      const problem = `\`K\` is a number of components, at least 1, and \`${word}\` is not`;
      return report(s, guideSetting({ span: value.span, problem }));
    }
    case "rank": {
      const rank = sizeOf(s, value);
      if (rank === null) return null;
      if (typeof rank === "number" && rank >= 1) return { rank };
      const problem = `\`rank\` is a number of directions, at least 1, and \`${word}\` is not`;
      return report(s, guideSetting({ span: value.span, problem }));
    }
    case "component": {
      const known = componentNames;
      if (isComponent(word)) return { component: word };
      const suggestion = suggest(word, known);
      return report(
        s,
        unknownWord({ span: value.span, name: word, what: "a component of a mixture guide", known, suggestion }),
      );
    }
    case "amortize":
      if (word === "true" || word === "false") return { amortize: word === "true" };
      return report(
        s,
        unknownWord({
          span: value.span,
          name: word,
          what: "yes or no",
          known: ["true", "false"],
          suggestion: suggest(word, ["true", "false"]),
        }),
      );
  }
}

/** Runs `body` as if inside these plates, so that `given x[n]` reads the observation of the site's own plate. */
function inPlates<T>(s: Scope, ids: readonly PlateId[], body: () => T): T {
  const plates = ids.map((id) => plateNamed(s, id));
  const hidden = plates.map((plate) => [plate, s.entries.get(plate.index)] as const);
  enter(s, plates);
  const result = body();
  s.around.length -= plates.length;
  for (const [plate, before] of hidden) {
    if (before) s.entries.set(plate.index, before);
    else s.entries.delete(plate.index);
  }
  return result;
}

function enter(s: Scope, plates: readonly Plate[]): void {
  for (const plate of plates) {
    s.entries.set(plate.index, { kind: "plate", span: plate.span, plate });
    s.around.push(plate);
  }
}

function givenData(s: Scope, ast: Ast): Expr | null {
  const expr = expression(s, ast);
  if (!expr) return null;
  const random = dependence(s, expr);
  if (!random) {
    const problem = maskProblem(s, expr);
    return problem ? report(s, problem) : expr;
  }
  const { name: on, is, declared } = random;
  return report(s, mayNotDepend({ span: expr.span, what: "`given`", on, is, declared, needs: "data" }));
}
