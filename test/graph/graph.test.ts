import { describe, expect, test } from "vitest";
import { toDot } from "../../src/graph/dot.ts";
import { buildGraph, latentParents, markovBlanket, nodeOf, type Graph } from "../../src/graph/graph.ts";
import { printGraph } from "../../src/graph/print.ts";
import { check } from "../../src/check/check.ts";
import { parse } from "../../src/syntax/parse.ts";

function graphOf(text: string): Graph {
  const source = { path: "model.ppl", text };
  const ast = parse(source);
  if (!ast.ok) throw new Error(ast.errors[0].message);
  const model = check(ast.value, source);
  if (!model.ok) throw new Error(model.errors[0].message);
  return buildGraph(model.value);
}

const schools = `model eight_schools
data y: real[J]
data se: real<0..>[J]
sample mu ~ normal(0, 5)
sample tau ~ half_cauchy(5)
plate j in J {
  sample eta ~ normal(0, 1)
  let theta = mu + tau * eta
  observe y[j] ~ normal(theta, se[j])
}
`;

const nested = `model nested
const scale = 0.5
param weight: real[3] = 0
net decode = mlp(1, 4, 2)
data x: real[N, M]
plate n in N {
  sample z ~ normal(0, scale)
  plate m in M {
    sample w ~ normal(z, 1)
    observe x[n, m] ~ normal(w + sum(weight), 1)
  }
}
factor -square(sum(weight)) * 0.5
`;

describe("the graph of eight schools", () => {
  const graph = graphOf(schools);

  test("has every quantity once, parents before children", () => {
    expect(graph.nodes.map(({ id, kind }) => `${kind} ${id}`)).toEqual([
      ...["data y", "data se", "latent mu", "latent tau", "latent eta", "let theta", "observed y[j]"],
    ]);
    expect(nodeOf(graph, "y[j]").parents).toEqual(["y", "theta", "se"]);
    const place = new Map(graph.nodes.map(({ id }, at) => [id, at]));
    for (const { id, parents } of graph.nodes)
      for (const parent of parents) expect(place.get(parent)).toBeLessThan(place.get(id)!);
  });

  test("sees latents through lets", () => {
    expect([...latentParents(graph, "y[j]")]).toEqual(["mu", "tau", "eta"]);
    expect(markovBlanket(graph, "eta")).toEqual({
      parents: [],
      children: ["y[j]"],
      coparents: ["mu", "tau"],
    });
  });

  test("prints as text, with its blankets", () => {
    expect(printGraph(graph)).toBe(`graph eight_schools
  plate    j in J
  data     y
  data     se
  latent   mu ~ normal
  latent   tau ~ half_cauchy
  latent   eta ~ normal            in j
  let      theta = mu + tau * eta  in j  from mu, tau, eta
  observed y[j] ~ normal           in j  from y, theta, se
blankets
  mu: children y[j]; coparents tau, eta
  tau: children y[j]; coparents mu, eta
  eta: children y[j]; coparents mu, tau
`);
  });

  test("prints as DOT in plate notation", () => {
    expect(toDot(graph)).toBe(`digraph "eight_schools" {
  graph [rankdir=TB nodesep=0.35 ranksep=0.4 fontname="Helvetica" fontsize=10 compound=true]
  node [fontname="Helvetica" fontsize=12 margin="0.08,0.04"]
  edge [arrowsize=0.7 color="#444444"]
  "y" [label="y [J]" shape=box fontsize=10 height=0.3 color="#8a8a8a" style=filled fillcolor="#eef1f5"]
  "se" [label="se [J]" shape=box fontsize=10 height=0.3 color="#8a8a8a" style=filled fillcolor="#eef1f5"]
  "mu" [label="mu\\n~ normal" shape=ellipse style=filled fillcolor="white"]
  "tau" [label="tau\\n~ half_cauchy" shape=ellipse style=filled fillcolor="white"]
  subgraph "cluster_j" {
    label="j in J" labelloc=b labeljust=r
    style=rounded color="#8a8a8a"
    "eta" [label="eta\\n~ normal" shape=ellipse style=filled fillcolor="white"]
    "theta" [label="theta\\n= mu + tau * eta" shape=ellipse style=dashed]
    "y[j]" [label="y[j]\\n~ normal" shape=ellipse style=filled fillcolor="#c9d3e0"]
  }
  "mu" -> "theta"
  "tau" -> "theta"
  "eta" -> "theta"
  "y" -> "y[j]" [style=dotted arrowhead=none]
  "theta" -> "y[j]"
  "se" -> "y[j]"
}
`);
  });
});

describe("a drawing", () => {
  const dot = toDot(graphOf(nested));

  test("puts plates inside plates", () => {
    const outer = dot.indexOf('subgraph "cluster_n"');
    const inner = dot.indexOf('subgraph "cluster_m"');
    expect(outer).toBeGreaterThan(0);
    expect(inner).toBeGreaterThan(outer);
    expect(dot.indexOf('"w" [')).toBeGreaterThan(inner);
    expect(dot.slice(outer, inner)).toContain('"z" [');
    expect(dot.slice(outer, inner)).not.toContain("}");
  });

  test("shows what constants, params and networks are", () => {
    expect(dot).toContain('"scale" [label="scale = 0.5"');
    expect(dot).toContain('"weight" [label="weight [3]"');
    expect(dot).toContain('"decode" [label="decode\\nmlp(1, 4, 2)"');
    expect(dot).toContain('"factor" [label="factor\\n-square(sum(weight)) * 0.5"');
  });

  test("draws data by a plain arrow where they are covariates", () => {
    const regression = toDot(
      graphOf(
        "data x: real[N]\ndata y: real[N]\nsample b ~ normal(0, 1)\nplate n in N { observe y[n] ~ normal(b * x[n], 1) }\n",
      ),
    );
    expect(regression).toContain('  "x" -> "y[n]"\n');
    expect(regression).toContain('  "y" -> "y[n]" [style=dotted arrowhead=none]\n');
  });

  test("shows what a guide reads", () => {
    const guided = toDot(
      graphOf(
        "data a: real[N]\ndata x: real[N]\nplate n in N {\n  sample z ~ normal(0, 1)\n  observe x[n] ~ normal(z, 1)\n}\nguide { z ~ mean_field() given a[n], x[n] by mlp(8) }\n",
      ),
    );
    expect(guided).toContain('  "a" -> "z" [style=dashed color="#b0b0b0"]\n');
    expect(guided).toContain('  "x" -> "z" [style=dashed color="#b0b0b0"]\n');
  });

  test("cuts long definitions, and keeps every label on its line", () => {
    const long = toDot(
      graphOf("sample a ~ normal(0, 1)\nlet b = a + a + a + a + a + a +\n  a + a + a + a + a + a\nfactor b\n"),
    );
    expect(long).toContain('"b" [label="b\\n= a + a + a + a + a + a + a + a +…"');
  });

  test("is a drawing to Graphviz itself, with every node and every arrow in it", async () => {
    const { instance } = await import("@viz-js/viz");
    const viz = await instance();
    for (const text of [schools, nested]) {
      const graph = graphOf(text);
      const svg = viz.renderString(toDot(graph), { format: "svg" });
      expect(svg.match(/class="node"/g)).toHaveLength(graph.nodes.length);
      expect(svg.match(/class="edge"/g)).toHaveLength(
        graph.nodes.reduce((sum, { parents }) => sum + parents.length, 0),
      );
      expect(svg.match(/class="cluster"/g)).toHaveLength(graph.plates.length);
    }
  });
});
