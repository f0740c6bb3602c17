import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { render, toJson } from "../../src/diagnostics/render.ts";

const text = "data y: real[8]\n\n\nsample mu ~ normal(0, 1)\nobserve y ~ normal(mu, sigma)\n";
const source = { path: "models/schools.ppl", text };
const y = { start: text.indexOf("y ~"), end: text.indexOf("y ~") + 1 };
const distribution = { start: text.lastIndexOf("normal"), end: text.length - 1 };

const shapes: Diagnostic = {
  code: "PPL304",
  severity: "error",
  message: "`y` is observed with the wrong shape",
  labels: [
    { span: y, text: "these data have shape [8]" },
    { span: distribution, text: "this distribution has shape []" },
  ],
  hint: "put the `observe` inside the plate that `sigma` ranges over",
};

const plain = (diagnostic: Diagnostic, where = source) => render([diagnostic], where, { color: false });

describe("render", () => {
  test("is the format of the style guide", () => {
    expect(plain(shapes)).toBe(
      [
        "error[PPL304]: `y` is observed with the wrong shape",
        "  --> models/schools.ppl:5:9",
        "  5 | observe y ~ normal(mu, sigma)",
        "    |         ^ these data have shape [8]",
        "  5 | observe y ~ normal(mu, sigma)",
        "    |             ^^^^^^^^^^^^^^^^^ this distribution has shape []",
        "    = hint: put the `observe` inside the plate that `sigma` ranges over",
      ].join("\n"),
    );
  });

  test("puts an empty line between two", () => {
    expect(render([shapes, shapes], source, { color: false }).split("\n\n")).toHaveLength(2);
    expect(render([], source, { color: false })).toBe("");
  });

  test("shows the first line of a span over several", () => {
    const rendered = plain({
      ...shapes,
      labels: [{ span: { start: 23, end: y.end }, text: "all" }],
    });
    expect(rendered).toContain("  4 | sample mu ~ normal(0, 1)\n    |      ^^^^^^^^^^^^^^^^^^^ all");
  });

  test("puts a caret after the end of a line, and of the file", () => {
    const at = (start: number) => ({
      ...shapes,
      labels: [{ span: { start, end: start }, text: "here" }],
    });
    expect(plain(at(15))).toContain("  1 | data y: real[8]\n    |                ^ here");
    expect(plain(at(text.length))).toContain(":6:1\n  6 |\n    | ^ here");
    expect(plain(at(0), { path: "p", text: "\n" })).toContain("p:1:1\n  1 |\n    | ^ here");
  });

  test("keeps underlines in place behind tabs, wide lines and characters of two code units", () => {
    const of = (line: string, word: string) => {
      const start = line.indexOf(word);
      const span = { start, end: start + word.length };
      const lines = plain({ ...shapes, labels: [{ span, text: "" }] }, { path: "p", text: `${line}\r\n` }).split("\n");
      const shown = [...lines[2]!.slice(6)];
      const marks = lines[3]!.slice(6);
      return shown.slice(marks.indexOf("^"), marks.lastIndexOf("^") + 1).join("");
    };
    expect(of("\t\tlet a = b", "a")).toBe("a");
    expect(of("let 😀😀 = b", "b")).toBe("b");
    expect(of(`let x = [${"1, ".repeat(200)}oops, ${"1, ".repeat(200)}]`, "oops")).toBe("oops");
    expect(of("let x = y\r", "y")).toBe("y");
  });

  test("names a place outside the text", () => {
    const { labels: _, hint: __, ...rest } = shapes;
    const outside = { ...rest, labels: [], elsewhere: "schools.csv, row 3, column `se`" };
    expect(plain(outside)).toBe(
      "error[PPL304]: `y` is observed with the wrong shape\n  --> schools.csv, row 3, column `se`",
    );
    expect(plain({ ...shapes, elsewhere: "schools.csv" })).toContain("    = note: schools.csv\n");
  });

  test("colours without changing a letter", () => {
    const coloured = render([shapes, { ...shapes, severity: "warning" }], source, { color: true });
    expect(coloured).toContain("\x1b[31merror[PPL304]\x1b[39m");
    expect(coloured).toContain("\x1b[33mwarning[PPL304]\x1b[39m");
    expect(coloured.replaceAll(/\x1b\[\d+m/g, "")).toBe(
      render([shapes, { ...shapes, severity: "warning" }], source, { color: false }),
    );
  });

  test("shows any span of any text, even one that lies outside", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "\n", "\t", "\r", "é", "😀", " ") }),
        fc.integer({ min: -3, max: 50 }),
        fc.integer({ min: -3, max: 50 }),
        (any, start, end) => {
          const diagnostic = { ...shapes, labels: [{ span: { start, end }, text: "x" }] };
          const where = { path: "p", text: any };
          expect(plain(diagnostic, where)).toContain("^ x");
          const [json] = toJson([diagnostic], where);
          expect(json!.line).toBeGreaterThanOrEqual(1);
          expect(json!.endLine!).toBeGreaterThanOrEqual(json!.line!);
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe("toJson", () => {
  test("gives the places of every label, and nulls where there is nothing to say", () => {
    expect(toJson([shapes], source)).toEqual([
      {
        file: "models/schools.ppl",
        line: 5,
        column: 9,
        endLine: 5,
        endColumn: 10,
        code: "PPL304",
        severity: "error",
        message: shapes.message,
        labels: [
          { line: 5, column: 9, endLine: 5, endColumn: 10, text: "these data have shape [8]" },
          {
            line: 5,
            column: 13,
            endLine: 5,
            endColumn: 30,
            text: "this distribution has shape []",
          },
        ],
        elsewhere: null,
        hint: shapes.hint,
      },
    ]);
    const nowhere: Diagnostic = { code: "PPL600", severity: "warning", message: "m", labels: [] };
    expect(toJson([nowhere], source)).toMatchObject([{ line: null, endColumn: null, hint: null, labels: [] }]);
  });
});
