import { describe, expect, test } from "vitest";
import { reportText } from "../../src/report/text.ts";
import { example } from "./example.ts";

const plain = { color: false };

describe("the text report", () => {
  test("gives the verdict before the numbers that it judges", () => {
    expect(reportText(example, plain)).toBe(
      `eight_schools  mixture of 2 full rank components; siwae (pathwise, T = 10)
12,600 steps in 31 s (403 a second); compiled in 41.2 ms, evaluated in 2.2 s
tfjs-wasm, float32; seed 0

The answer can be trusted.

siwae            -31.5123 ± 0.0031 nats per data set
log evidence     -31.4353 ± 0.0031 nats, 100,000 importance draws
k-hat            0.42
effective draws  3,412

site      mean    sd     5%   50%    95%
mu        4.39  3.31  -1.20  4.40   9.81
theta[0]  6.10  5.60  -1.00  5.70  16.00
theta[1]  5.20  4.70  -2.00  5.10  13.00
theta[2]  4.30  5.30  -5.00  4.40  12.00
theta[3]  5.10  4.80  -2.00  5.00  13.00
theta[4]  3.90  4.70  -4.00  4.10  11.00
… 3 more
(from importance-weighted draws)

param  value
scale   0.05

component  weight    mu
0           0.250  1.20
1           0.750  9.00

missing, and left out of the likelihood: 2 of 8 entries of y

warning[PPL701]: the bound still rose when training ended
`,
    );
  });

  test("offers something to try when the answer is not to be trusted", () => {
    const verdict = {
      trusted: false,
      sentence: "The guide misses mass.",
      suggestion: "more steps",
      findings: [],
    };
    expect(reportText({ ...example, verdict }, plain)).toContain("\nThe guide misses mass.\n  try: more steps\n");
  });

  test("shows how k-hat spreads over the data when latents are local", () => {
    const kHats = { median: -0.12, largest: 0.734, shareAboveThreshold: 0.002, threshold: 0.7 };
    expect(reportText({ ...example, kHats, kHat: 0.734 }, plain)).toContain(
      "k-hat            median -0.12, largest 0.73; 0.2% of the data above 0.7\n",
    );
  });

  test("gives the evidence of each datum with its own standard error", () => {
    const logEvidence = {
      value: -1511.353,
      standardError: 0.31,
      draws: 1000,
      perDatum: -1.511353,
      perDatumStandardError: 0.00031,
      bias: 0,
      improper: [],
    };
    expect(reportText({ ...example, logEvidence }, plain)).toContain(
      "log evidence     -1,511.35 ± 0.31 nats, 1,000 importance draws\n" +
        "                 -1.51135 ± 0.00031 per datum\n",
    );
  });

  test("says that improper priors leave the evidence a constant", () => {
    const logEvidence = { ...example.logEvidence, improper: ["mu", "a0"] };
    expect(reportText({ ...example, logEvidence }, plain)).toContain(
      "importance draws\n                 up to a constant: the prior of mu, a0 is improper\n",
    );
  });

  test("says when training ended early", () => {
    expect(reportText({ ...example, stopped: "interrupted" }, plain)).toContain(", then interrupted;");
    expect(reportText({ ...example, stopped: "plateau" }, plain)).toContain(", where the bound no longer rose;");
  });

  test("has escape codes only when colour is asked for", () => {
    expect(reportText(example, plain)).not.toContain("\x1b");
    const coloured = reportText(example, { color: true });
    expect(coloured.replace(/\x1b\[\d+m/g, "")).toBe(reportText(example, plain));
    expect(coloured).toContain("\x1b[32mThe answer can be trusted.\x1b[39m");
  });

  test("says how much memory a step takes where the engine plans it", () => {
    expect(reportText({ ...example, engine: "fused", memoryBytes: 812_000 }, plain)).toContain(
      "\nfused, float32, 812 kB; seed 0\n",
    );
  });
});
