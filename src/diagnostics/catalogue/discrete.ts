import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { error, label } from "./make.ts";

// Codes PPL521 to PPL529: discrete sites, which are summed out, or else drawn.

interface Site {
  readonly site: string;
  readonly span: Span;
}

/** The states of a sequence are names without an order: no guide but a table of them all would do. */
export function tooManyStates(at: Site & { readonly count: number; readonly most: number }): Diagnostic {
  return error(
    "PPL521",
    `\`${at.site}\` has ${at.count} states, too many to sum out step by step; the most is ${at.most}`,
    [label(at.span, "every pair of states would be gone through at every step")],
    "use fewer states",
  );
}

/** Whole numbers that are drawn are independent of all else within a component: their cells have no joint probability. */
export function integerNotMeanField(at: Site & { readonly asked: string }): Diagnostic {
  return error(
    "PPL528",
    `\`${at.site}\` is discrete and drawn by the guide, which \`${at.asked}\` has no form for`,
    [label(at.span, "its values have no end, or are too many to sum out")],
    "use `mean_field`, or a mixture of such components, which follows what is correlated",
  );
}

export function discreteOutsidePlate(at: Site & { readonly use: Span; readonly text: string }): Diagnostic {
  return error(
    "PPL522",
    `\`${at.site}\` is summed out for each element of its plate, and a density looks at the elements together`,
    [label(at.use, `\`${at.text}\` is used outside the plate of \`${at.site}\``), label(at.span, "the site")],
    "move the statement into the plate, so that each element's density depends on its own value only",
  );
}

export function boundOnDiscrete(at: Site & { readonly discrete: string; readonly bound: Span }): Diagnostic {
  return error(
    "PPL527",
    `the bounds of \`${at.site}\` move with \`${at.discrete}\`, which is summed out`,
    [label(at.bound, "this bound would have several values at once"), label(at.span, "the site")],
    `give \`${at.site}\` fixed bounds, and let its distribution depend on \`${at.discrete}\``,
  );
}

export function coupledSequences(at: Site & { readonly other: Site }): Diagnostic {
  const same = at.site === at.other.site;
  return error(
    "PPL526",
    same
      ? `two entries of \`${at.site}\` meet in one statement, beside the steps of its own distribution`
      : `\`${at.site}\` and \`${at.other.site}\` meet at every step, so neither can be summed out alone`,
    [label(at.span, "summed out step by step"), ...(same ? [] : [label(at.other.span, "and this one")])],
    same ? "let a statement look at one entry, `z[t]`" : "make one sequence of them, whose states are pairs",
  );
}

export function jointTableTooLarge(
  at: Site & { readonly sites: readonly string[]; readonly count: number; readonly most: number },
): Diagnostic {
  const sites = at.sites.map((site) => `\`${site}\``).join(", ");
  return error(
    "PPL523",
    `${sites} must be summed out together, over a table of ${at.count} joint values; the most is ${at.most}`,
    [label(at.span, "one of the sites")],
    "let fewer discrete sites meet in one statement, or give them fewer values",
  );
}

export function minibatchInsideSum(at: Site & { readonly plate: string }): Diagnostic {
  return error(
    "PPL524",
    `\`${at.site}\` is shared by the data of the minibatched plate \`${at.plate}\`, all of which its probabilities need`,
    [label(at.span, "summed out over all data at once")],
    "leave `--batch` out",
  );
}

export function localBelowSum(at: Site & { readonly local: string; readonly plate: string }): Diagnostic {
  return error(
    "PPL525",
    `\`${at.local}\` has a guide of its own for each datum of plate \`${at.plate}\`, yet \`${at.site}\`, which is summed out, ties the data together`,
    [label(at.span, "shared by the data")],
    "use `--no-amortize`, so that the sites share one joint guide",
  );
}
