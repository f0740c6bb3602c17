import { assert, present } from "../../base/assert.ts";
import type { Program } from "../../program/program.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { InputKinds } from "../session.ts";
import { emitNoise, entriesAtOnce } from "./kernels/noise.ts";
import type { Arena, Exchange } from "./arena.ts";
import { emitCopy } from "./emit/copies.ts";
import type { Target } from "./target.ts";
import { words } from "./threads/sync.ts";
import { emitTasks, type Task } from "./threads/tasks.ts";
import { shareOf } from "./threads/team.ts";
import { workOfNoise } from "./threads/work.ts";
import { w, type FunctionRef, type Local, type ModuleBuilder } from "./wasm/assembler.ts";

/** What a run is made of. */
export interface RunPlan {
  readonly program: Program;
  readonly kinds: InputKinds;
  readonly arena: Arena;
  readonly exchange: Exchange;
  /** What a step computes. */
  readonly tasks: readonly Task[];
}

type Ints = Local<"i32">;

/**
 * Writes a run: for each step its feeds, its noise, what it computes, its trace, and unless that is not finite what is
 * carried over to the next. Returns how many steps it did.
 *
 * @param barrier  where the threads of a team wait for each other; null for one thread
 */
export function emitRun(
  module: ModuleBuilder,
  t: Target,
  plan: RunPlan,
  barrier: FunctionRef<readonly [], readonly []> | null,
): FunctionRef<readonly ["i32", "i32"], readonly ["i32"]> {
  const { team } = t;
  return module.fn("run", ["i32", "i32"], ["i32"], (f, first, steps) => {
    const step = f.local("i32", "step");
    const finite = f.local("i32", "finite");
    f.set(step, 0);
    f.forLoop(step, 0, steps, 1, () => {
      const before = [...feedTasks(plan, t, step), ...noiseTasks(module, plan, t, first, step)];
      const trace = traceTask(plan, t, step, finite);
      emitTasks(f, [...before, ...plan.tasks, trace], team, barrier);
      if (barrier) {
        f.emit(f.call(barrier));
        f.set(finite, w.atomic.load(words.finite));
      }
      f.if(w.i32.eqz(finite), () => f.return(w.i32.add(step, 1)));
      emitTasks(f, carryTasks(module, plan, t), team, barrier);
      // the next step may overwrite what a slower thread still carries, and so may the host
      if (barrier) f.emit(f.call(barrier));
    });
    return steps;
  });
}

/** A step to be run piece by piece, so that the host can do other things in between. */
export interface Pieces {
  /** Of a step, and of so many pieces: runs one of them, and answers 0 where a trace was not finite. */
  readonly run: FunctionRef<readonly ["i32", "i32"], readonly ["i32"]>;
  readonly count: number;
  /** The first of those that carry outputs over to the next step: not to be run when a trace was not finite. */
  readonly carry: number;
}

/** Writes one step in pieces; for one thread. */
export function emitPieces(module: ModuleBuilder, t: Target, plan: RunPlan): Pieces {
  let [count, carry] = [0, 0];
  const run = module.fn("piece", ["i32", "i32"], ["i32"], (f, first, at) => {
    const [step, finite] = [f.local("i32", "step"), f.local("i32", "finite")];
    f.set(step, 0);
    f.set(finite, 1);
    const before = [...feedTasks(plan, t, step), ...noiseTasks(module, plan, t, first, step)];
    const whole = [...before, ...plan.tasks, traceTask(plan, t, step, finite)];
    const tasks = [...whole, ...carryTasks(module, plan, t)];
    [count, carry] = [tasks.length, whole.length];
    tasks.forEach((task, i) => f.if(w.i32.eq(at, i), () => task.emit(f)));
    return finite;
  });
  return { run, count, carry };
}

function feedTasks({ arena, exchange }: RunPlan, t: Target, step: Ints): Task[] {
  const { feeds } = exchange;
  return feeds.slots.map(({ input, offset }) => {
    const { address: to, count, place } = inputNamed(exchange, input.attributes.name);
    return {
      divided: false,
      reads: [],
      writes: [arena.extentOf(place)],
      emit: (f) => f.memoryCopy(to, w.i32.add(w.i32.mul(step, feeds.stride), feeds.address + offset), count * t.bytes),
    };
  });
}

function inputNamed({ inputs }: Exchange, name: string) {
  return present(inputs.get(name), `the memory of ${name}`);
}

function noiseTasks(
  module: ModuleBuilder,
  { kinds, arena, exchange }: RunPlan,
  t: Target,
  first: Ints,
  step: Ints,
): Task[] {
  return kinds.noise.map(({ attributes: { name, noise = "normal" } }) => {
    const fill = emitNoise(module, noise, t.precision);
    const { address, count, place } = inputNamed(exchange, name);
    const [key, at] = [present(exchange.keys.get(name), name), w.i32.add(first, step)];
    const { team } = t;
    const writes = [arena.extentOf(place)];
    if (!team || workOfNoise(count, t.precision) < team.least || count <= entriesAtOnce)
      return { divided: false, reads: [], writes, emit: (f) => f.emit(f.call(fill, key, at, address, count, 0)) };
    return {
      divided: true,
      reads: [],
      writes,
      emit: (f) =>
        f.scope(() => {
          const { from, to } = shareOf(f, team, Math.ceil(count / entriesAtOnce));
          const start = f.let(w.i32.mul(from, entriesAtOnce), "start");
          const end = f.let(w.i32.mul(to, entriesAtOnce), "end");
          const own = w.select(w.i32.lt_s(end, count), end, w.i32.const(count));
          const out = w.i32.add(w.i32.mul(start, t.bytes), address);
          f.emit(f.call(fill, key, at, out, w.i32.sub(own, start), w.i32.shr_u(start, 1)));
        }),
    };
  });
}

/** Keeps the traced outputs, and says whether all are finite. */
function traceTask(plan: RunPlan, t: Target, step: Ints, finite: Ints): Task {
  const { program, arena, exchange } = plan;
  const { trace } = exchange;
  const values = new Map(program.outputs.map(({ name, value }) => [name, value]));
  const places = trace.names.map((name) => arena.placeOf(present(values.get(name), name)));
  return {
    divided: false,
    reads: places.map(arena.extentOf),
    writes: [],
    emit: (f) => {
      f.set(finite, 1);
      places.forEach((place, i) => {
        const at = arena.addressOf(place);
        const slot = w.i32.add(w.i32.mul(step, places.length * t.bytes), trace.address + i * t.bytes);
        // a number less itself is 0 unless it is infinite or no number
        if (t.precision === "float32") {
          f.emit(w.f32.store(slot, w.f32.load(at)));
          f.set(finite, w.i32.and(finite, w.f32.eq(w.f32.sub(w.f32.load(at), w.f32.load(at)), 0)));
        } else {
          f.emit(w.f64.store(slot, w.f64.load(at)));
          f.set(finite, w.i32.and(finite, w.f64.eq(w.f64.sub(w.f64.load(at), w.f64.load(at)), 0)));
        }
      });
      if (t.team) f.emit(w.atomic.store(words.finite, finite));
    },
  };
}

/** What a step's outputs become for the next: nothing reads what another writes, since outputs have memory of their own. */
function carryTasks(module: ModuleBuilder, plan: RunPlan, t: Target): Task[] {
  const { program, arena, exchange } = plan;
  const shapes = new Map(program.equations.map(({ out, shape }) => [out, shape]));
  return program.outputs.flatMap(({ name, carry, value }) => {
    if (carry === null) return [];
    const shape = present(shapes.get(value), name);
    const to = inputNamed(exchange, carry);
    assert(to.count === sizeOf(shape), `${name} has the size of ${carry}`);
    const from = arena.placeOf(value);
    let divided = false;
    const known = module.find(`carry_${carry}`) as FunctionRef<readonly [], readonly []> | undefined;
    const copy =
      known ??
      module.fn(`carry_${carry}`, [], [], (f) => {
        divided = emitCopy(f, t, { shape, from, to: to.place }, arena).divided;
      });
    return [
      {
        divided,
        reads: [arena.extentOf(from)],
        writes: [arena.extentOf(to.place)],
        emit: (f) => f.emit(f.call(copy)),
      } satisfies Task,
    ];
  });
}
