import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { generateCstDts } from "chevrotain";
import { ModelParser } from "../grammar/parser.ts";

/**
 * What is generated from the grammar: the text of `grammar/cst.ts` and of `grammar/diagrams.html`.
 *
 * The diagrams are drawn here, once, into static SVG, by the drawing code that chevrotain carries (railroad-diagrams by
 * Tab Atkins, CC0): the page needs neither scripts nor the network.
 */

/** The types of the concrete syntax tree, one interface per grammar rule. */
export function cstTypes(): string {
  const generated = generateCstDts(new ModelParser().getGAstProductions(), {
    includeVisitorInterface: false,
  });
  const children = new Map<string, string>();
  const interfaces = generated
    .replace("ICstVisitor, ", "")
    .replace(/export type (\w+) = (\{[^}]*\});\n\n?/g, (_, name: string, body: string) => {
      children.set(name, body.replaceAll("\n", "\n  "));
      return "";
    })
    .replace(/children: (\w+);/g, (_, name: string) => `children: ${children.get(name) ?? "{}"};`);
  return `// Generated from \`parser.ts\` by \`npm run generate\`.\n\n${interfaces.trim()}\n`;
}

/** One page of railroad diagrams, complete in itself. */
export function diagramsHtml(): string {
  const grammar = new ModelParser().getSerializedGastProductions();
  const draw = loadBuilder();
  const body = draw(grammar)
    .replaceAll(/ (?:occurrenceIdx|topRuleName|dslRuleName|ruleName|tokenName)="[^"]*"/gi, "")
    .replaceAll(/<h2 class="diagramHeader">(\w+)<\/h2>/g, (_, name: string) => `\n<h2 id="${name}">${name}</h2>\n`);
  return `<!doctype html>
<!-- Generated from \`parser.ts\` by \`npm run generate\`. -->
<html lang="en">
<meta charset="utf-8" />
<title>The modelling language, as railroad diagrams</title>
<style>
  body { background: hsl(30, 20%, 97%); font: 16px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
  h2 { font-size: 1rem; margin: 1.5rem 0 0; }
  svg.railroad-diagram { display: block; max-width: 100%; height: auto; }
  svg.railroad-diagram path { stroke-width: 2; stroke: #333; fill: none; }
  svg.railroad-diagram text { font: 14px ui-monospace, monospace; text-anchor: middle; }
  svg.railroad-diagram text.comment { font-style: italic; }
  svg.railroad-diagram rect { stroke-width: 2; stroke: #333; fill: #fff; }
  svg.railroad-diagram g.terminal rect, svg.railroad-diagram .terminal rect { fill: #dfead8; }
</style>
<h1>The modelling language</h1>
<p>Round boxes are words and signs, square ones other rules. Newlines carry no meaning; a comment runs from <code>//</code> to the end of its line.</p>
${body}
</html>
`;
}

type Draw = (grammar: readonly unknown[]) => string;

/** The drawing code is written for browsers and old module systems, so it is read and run as a function. */
function loadBuilder(): Draw {
  const entry = createRequire(import.meta.url).resolve("chevrotain");
  const folder = join(dirname(entry), "..", "..", "diagrams");
  const run = (file: string, required: unknown): Record<string, unknown> => {
    const module = { exports: {} as Record<string, unknown> };
    const code = readFileSync(join(folder, file), "utf8");
    const scope = new Function("module", "exports", "require", code);
    scope.call(module.exports, module, module.exports, () => required);
    return module.exports;
  };
  const railroad = run("vendor/railroad-diagrams.js", null);
  return run("src/diagrams_builder.js", railroad)["buildSyntaxDiagramsText"] as Draw;
}
