import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { exportsOf } from "./api.ts";
import { markdownTable, page } from "./page.ts";
import { commandLine } from "../src/cli/command-line.ts";
import { commands } from "../src/cli/commands.ts";
import { examplesText } from "../src/cli/help.ts";
import { version } from "../src/api/version.ts";
import { families } from "../src/distributions/index.ts";
import type { Family } from "../src/distributions/family.ts";
import { functions, operatorNames } from "../src/library/index.ts";
import { activationNames } from "../src/nn/activations.ts";
import { argumentsText } from "../src/nn/layer.ts";
import { componentFamilies, componentNames } from "../src/components/index.ts";
import { strategies } from "../src/inference/strategy/index.ts";
import { boundNames, ruleOf } from "../src/objective/bounds/index.ts";
import type { Estimator } from "../src/objective/estimators/estimator.ts";
import { estimatorNames, estimators } from "../src/objective/estimators/index.ts";
import { ownLayers } from "../src/nn/layers/index.ts";
import { odeManual } from "../src/check/ode.ts";
import { domainWords, type FamilyBound, type FamilySupport } from "../src/tensor/support.ts";

/** The reference pages: each is read off the records and tables that the compiler itself uses. */

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** What `stratum --help` and `stratum COMMAND --help` print. */
export function commandReference(): string {
  const command = commandLine(version, async () => {});
  // A fixed width, whatever terminal this runs in.
  const helpOf = (one: typeof command): string =>
    one
      .configureOutput({ getOutHelpWidth: () => 80 })
      .helpInformation()
      .trimEnd();
  const sections = command.commands
    .filter((one) => one.name() !== "help")
    .map((one) => {
      const examples = commands.find(({ name }) => name === one.name())?.examples ?? [];
      return `## ${one.name()}\n\n\`\`\`\n${helpOf(one)}\n${examplesText(examples)}\n\`\`\``;
    });
  return page(
    "The command line",
    `\`\`\`\n${helpOf(command)}\n\`\`\``,
    "Results go to standard output and everything else to standard error. With `--json` the result is one JSON object " +
      "with a `schemaVersion`, and mistakes are its `diagnostics`. Colour and progress bars are for terminals; " +
      "`NO_COLOR` and `FORCE_COLOR` are honoured. A model folder holds `model.ppl`, `data.json` or `data.csv`, and " +
      "perhaps `options.json`: options by their long names, which the command line overrides; an option that is given " +
      "and changes nothing is an error. What `auto` takes where an option is not given stands behind `auto:`, after a " +
      "search and, behind `or`, where there is none. " +
      "Data files, parts of them and their scales: [Data](../data.md).",
    markdownTable(
      ["exit status", "means"],
      [
        ["0", "fine"],
        ["1", "the model, the data or the command line is at fault"],
        ["2", "it ran, but its own checks say that the answer is not to be trusted"],
        ["70", "a fault of the program itself"],
        ["130", "interrupted; what was learned is saved"],
      ],
    ),
    ...sections,
  );
}

/** The functions of the modelling language, from their rows. */
export function functionReference(): string {
  const rows = Object.values(functions);
  const table = (some: typeof rows): string =>
    markdownTable(
      ["written", "means"],
      some.map(({ signature, doc, discontinuous }) => [
        `\`${signature}\``,
        doc + (discontinuous ? " *Jumps: no pathwise gradient passes through it.*" : ""),
      ]),
    );
  return page(
    "Functions and operators",
    "Scalars stretch against anything; arrays meet only arrays of equal shape (stretch on purpose with `rep`).",
    "## Operators",
    table(rows.filter(({ name }) => operatorNames.has(name))),
    "## Functions",
    table(rows.filter(({ name }) => !operatorNames.has(name))),
    "## Differential equations",
    markdownTable(["written", "means"], [[`\`${odeManual.signature}\``, odeManual.doc]]),
  );
}

/** The layers of networks, from their records. */
export function layerReference(): string {
  const sections = ownLayers.map((layer) => {
    const taken = argumentsText(layer);
    const rows = Object.entries(layer.arguments).map(([name, { doc, least, otherwise }]) => [
      `\`${name}\``,
      doc,
      `at least ${least}`,
      otherwise === null ? "needed" : String(otherwise),
    ]);
    return [
      `## ${layer.name}`,
      `\`${layer.name}${taken === "" ? "" : `(${taken})`}\`. ${layer.doc}`,
      ...(rows.length > 0 ? [markdownTable(["argument", "is", "values", "if not given"], rows)] : []),
    ].join("\n\n");
  });
  const names = activationNames.map((name) => `\`${name}\``).join(", ");
  return page(
    "Layers",
    "What `sequential` is made of. Arguments are whole numbers, known before the data are, in order or by name. Shapes " +
      "are those of one row, with channels last. Weights start normal with variance 2 / (inputs of an output) before an " +
      "activation, and half of it elsewhere; biases start at 0. Models that use them: [Layers](language/layers.md).",
    ...sections,
    `## Activations\n\nFunctions of each entry, written by their names: ${names}.`,
  );
}

/** Bounds, estimators, components of guides and strategies, from their records. */
export function objectiveReference(): string {
  const boundRows = boundNames.map((name) => {
    const { doc, draws, overDraws, overComponents, weights, source } = ruleOf(name);
    return [`\`${name}\``, doc, draws, overDraws, overComponents, weights, source];
  });
  const estimatorRows = estimatorNames.map((name) => {
    const { doc, source, refuses }: Estimator = estimators[name];
    return [`\`${name}\``, doc, refuses.join("; "), source];
  });
  const componentRows = componentNames.map((name) => [`\`${name}\``, componentFamilies[name].doc]);
  const strategyRows = strategies.map(({ name, doc }) => [`\`${name}\``, doc]);
  return page(
    "Objectives",
    "What each row of the tables says of itself. How they go together: [Guides, bounds and estimators](../objectives.md).",
    `## Bounds: \`--objective\`\n\nAverages of the matrix of log weights log w[t, k], w = p(x, z) / q(z), over T draws and K components.`,
    markdownTable(["bound", "is", "draws", "over draws", "over components", "weights", "source"], boundRows),
    "## Estimators: `--gradient`",
    markdownTable(["estimator", "takes the gradient", "does not go with", "source"], estimatorRows),
    "## Components of guides: `--component`, or `--guide` for one alone",
    markdownTable(["family", "is"], componentRows),
    "## Strategies\n\nHow a posterior is approximated: the first of these that applies is taken.",
    markdownTable(["strategy", "when, and what it does"], strategyRows),
  );
}

/** The families, from their records. */
export function distributionReference(): string {
  const docs = familyDocs();
  const sections = Object.values(families).map((family) => {
    const rows = Object.entries(family.parameters).map(([name, { rank, domain, doc }]) => [
      `\`${name}\``,
      ["a number", "a vector", "a matrix"][rank]!,
      domainWords[domain],
      doc,
    ]);
    const either = family.alternatives.map(
      (names) => `Exactly one of ${names.map((name) => `\`${name}\``).join(", ")} is given.`,
    );
    return [
      `## ${family.name}`,
      [docs.get(family.name) ?? "", `Values: ${supportWords(family.support)}.`, ...either].join(" ").trim(),
      rows.length > 0 ? markdownTable(["argument", "is", "each", "meaning"], rows) : "No arguments.",
      `${truncation(family)}Source: ${family.source}.`,
    ].join("\n\n");
  });
  return page(
    "Distributions",
    'Arguments are given by name or in this order. "May be truncated and censored" is said of families whose ' +
      "distribution function is elementary; whole numbers without one may be where the bounds are plain numbers, " +
      "constants or sizes.",
    "## Made of other distributions",
    markdownTable(
      ["written", "means"],
      compounds.map(([form, doc]) => [`\`${form}\``, doc]),
    ),
    ...sections,
  );
}

function truncation({ logCdf, logSurvival, improper, support }: Family): string {
  if (improper) return "Improper: the evidence is then defined up to a constant, and outputs say so. ";
  if (logCdf && logSurvival) return "May be truncated and censored. ";
  return support.kind === "interval" && support.integer ? "May be truncated and censored at fixed numbers. " : "";
}

/** Distributions made of distributions. */
const compounds = [
  [
    "mixture(logits = w, D1, D2, ...), mixture(p = w, D1, D2, ...)",
    "One of the listed distributions, chosen by the weights. With one distribution, `mixture(logits = w, D)`, the " +
      "components lie along the leading axis of D's arguments, and each is of a whole event.",
  ],
  [
    "truncate(D, low, high)",
    "D given that low <= x <= high, normalised; one of the bounds may be left out (`low = ...`, `high = ...`). The " +
      "same as a declared type with a narrower bound.",
  ],
  [
    "censor(D, low, high)",
    "D with every value beyond a bound moved onto it: a datum at a bound counts with the probability of what lies " +
      "there and beyond. For `observe`. A bound may differ from datum to datum, `high = limit[n]`.",
  ],
  [
    "zero_inflate(p, D)",
    "0 with probability p, else a draw of D. Among whole numbers D's own zeros add to that (a hurdle is " +
      "`zero_inflate(p, truncate(D, 1))`); among real numbers 0 has the probability p and the density is elsewhere, " +
      "so that this is for `observe`.",
  ],
] as const;

function supportWords(support: FamilySupport): string {
  if (support.kind === "simplex") return "numbers of at least 0 that sum to 1";
  if (support.kind === "counts") return `whole numbers of at least 0 that sum to \`${support.total}\``;
  if (support.kind === "cholesky_corr") return "Cholesky factors of correlation matrices";
  const words = (bound: FamilyBound): string =>
    bound === null
      ? ""
      : typeof bound === "number"
        ? String(bound).replace(String(Math.PI), "pi")
        : "parameter" in bound
          ? `\`${bound.parameter}\``
          : "lastIndexOf" in bound
            ? `the last index of \`${bound.lastIndexOf}\``
            : `the length of \`${bound.lengthOf}\``;
  const [lower, upper] = [words(support.lower), words(support.upper)];
  const kind = support.integer ? "whole numbers" : "real numbers";
  if (lower === "" && upper === "") return kind;
  if (upper === "") return `${kind} from ${lower} up`;
  if (lower === "") return `${kind} up to ${upper}`;
  return `${kind} from ${lower} to ${upper}`;
}

/** The sentence above each record. */
function familyDocs(): ReadonlyMap<string, string> {
  const folder = join(root, "src/distributions");
  const found = new Map<string, string>();
  for (const file of readdirSync(folder).sort()) {
    const text = readFileSync(join(folder, file), "utf8");
    const record = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export const \w+ = family\(\{\s*name: "(\w+)"/g;
    for (const [, doc, name] of text.matchAll(record)) found.set(name!, prose(doc!));
  }
  return found;
}

/** A doc comment without its stars, as one paragraph. */
const prose = (comment: string): string =>
  comment
    .replace(/^\s*\* ?/gm, "")
    .replace(/\s+/g, " ")
    .trim();

/** The operations of gradient programs, from the interface that lists them. */
export function operationReference(): string {
  const path = "src/program/ops.ts";
  const text = readFileSync(join(root, path), "utf8");
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const ops = file.statements.filter(ts.isInterfaceDeclaration).find(({ name }) => name.text === "Vocabulary");
  if (!ops) throw new Error(`${path} declares no interface Vocabulary`);

  const groups: { title: string; rows: string[][] }[] = [];
  for (const member of ops.members) {
    if (!ts.isPropertySignature(member) || !ts.isIdentifier(member.name)) continue;
    const before = (ts.getLeadingCommentRanges(text, member.pos) ?? []).map(({ pos, end }) => text.slice(pos, end));
    const title = before.find((comment) => comment.startsWith("//"));
    if (title !== undefined || groups.length === 0)
      groups.push({ title: (title ?? "// operations").slice(2).trim(), rows: [] });
    const doc = before.find((comment) => comment.startsWith("/**"));
    groups
      .at(-1)!
      .rows.push([`\`${member.name.text}\``, attributes(member.type, file), doc ? prose(doc.slice(3, -2)) : ""]);
  }
  return page(
    "Operations of gradient programs",
    "A program is a list of equations `%3: [2, 4] = add(%1, %2)`, each of which applies one operation to values that " +
      "are defined above it. All values are real tensors. Elementwise operations broadcast under NumPy's rule. " +
      "`stratum emit gradient MODEL` prints one.",
    ...groups.map(
      ({ title, rows }) =>
        `## ${title[0]!.toUpperCase()}${title.slice(1)}\n\n${markdownTable(["operation", "attributes", "meaning"], rows)}`,
    ),
  );
}

function attributes(type: ts.TypeNode | undefined, file: ts.SourceFile): string {
  if (!type) return "";
  if (ts.isTypeLiteralNode(type))
    return type.members
      .filter(ts.isPropertySignature)
      .map((member) => `\`${member.name.getText(file)}\``)
      .join(", ");
  const name = type.getText(file);
  return name === "Axes" ? "`axes`" : "";
}

/** What `import ... from "stratum"` gives. */
export function apiReference(): string {
  const all = exportsOf(root, "src/index.ts");
  return page(
    "The programmatic API",
    "ES modules, typed. Nothing is kept between calls; a mistake in model, data or options is thrown as a " +
      "`StratumError`.",
    ...all.map(({ name, doc, declaration }) =>
      [`## ${name}`, doc, `\`\`\`ts\n${declaration}\n\`\`\``].filter((part) => part !== "").join("\n\n"),
    ),
  );
}
