import { overData } from "../objective/write.ts";
import { axesOf, type Block } from "../guide/guide.ts";
import type { Context } from "../joint/context.ts";
import { drawAll, faithful, type BlockSample } from "../objective/sample.ts";
import type { Plan } from "../plan/plan.ts";
import type { Named } from "../program/named.ts";
import type { Program } from "../program/program.ts";
import { draft } from "./draft.ts";
import { inputName } from "../program/names.ts";

/** `log_q` and `log_joint` at given points, for all data at once. */
export function densityProgram(plan: Plan, points: number): Program {
  const { guide } = plan;
  const { b, context } = draft(plan, { samples: () => points });
  const { n, order } = context;
  // one axis of points, the outside block's: a local block below a global one moves with it
  const [outside] = guide.blocks;
  const along = outside ? axesOf(outside).draw : "";
  const given = (block: Block): Named => {
    const axes = order.axes.filter((axis) => axis === along || block.plates.includes(axis));
    return n.named(b.input(inputName.points(block.id), [...n.sizes(axes), block.dimension], "data"), axes);
  };
  const level = drawAll(context, guide, faithful, () => points, given);
  const drawn = [level.global, ...level.locals].filter((part) => part !== null);
  const zero = n.number(0);
  const total = (pick: (part: BlockSample) => readonly Named[]): Named =>
    n.add(
      zero,
      ...drawn.flatMap((part) =>
        pick(part).map((term) => overData(context, part.block, collapsed(context, part, term))),
      ),
    );
  const out = (name: string, term: Named): void => b.output(name, n.broadcast(term, along ? [along] : []));
  const logJoint = total((part) => [part.logLikelihood, part.logPrior]);
  out(
    "log_q",
    total((part) => [part.logQ]),
  );
  out("log_joint", level.rest ? n.add(logJoint, level.rest) : logJoint);
  return b.finish();
}

/** Without the component axis, which has one entry here. */
function collapsed({ n }: Context, { block }: BlockSample, term: Named): Named {
  return n.sum(term, [axesOf(block).component]);
}
