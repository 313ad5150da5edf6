import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Copy, DockerfileParser, type Instruction } from "dockerfile-ast";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The root folder of an image, and what the Dockerfile says about it. */
interface Stage {
  root: string;
  folder: string;
  environment: Record<string, string>;
  command: string[];
  probe: string[];
  user: string;
}

/** Runs the steps of the Dockerfile without Docker, each stage in a folder, and returns the last stage. */
export function runDockerfile(folder: string): Stage {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const instruction of DockerfileParser.parse(readFileSync(join(ROOT, "Dockerfile"), "utf8")).getInstructions()) {
    const words = instruction.getArguments().map((one) => one.getValue());
    if (instruction.getKeyword() === "FROM") {
      const root = join(folder, String(stages.size));
      mkdirSync(root);
      stage = { root, folder: root, environment: {}, command: [], probe: [], user: "root" };
      stages.set(words[2] ?? "", stage);
    } else if (stage) runStep(stage, instruction, words, stages);
  }
  if (!stage) throw new Error("The Dockerfile has no FROM.");
  return stage;
}

function runStep(stage: Stage, instruction: Instruction, words: string[], stages: ReadonlyMap<string, Stage>): void {
  const steps: Record<string, () => void> = {
    WORKDIR: () => {
      stage.folder = join(stage.root, words[0] ?? "");
      mkdirSync(stage.folder, { recursive: true });
    },
    // COPY has this class.
    COPY: () => copy(stage, instruction as Copy, stages),
    ENV: () => Object.assign(stage.environment, Object.fromEntries(words.map((word) => word.split("=")))),
    RUN: () => void execFileSync("sh", ["-c", instruction.getRawArgumentsContent() ?? ""], { cwd: stage.folder }),
    USER: () => {
      stage.user = words[0] ?? "";
    },
    EXPOSE: () => {},
    CMD: () => {
      stage.command = stringsOf(instruction);
    },
    HEALTHCHECK: () => {
      stage.probe = stringsOf(instruction);
    },
  };
  const step = steps[instruction.getKeyword()];
  if (!step) throw new Error(`The test does not know ${instruction.getKeyword()}.`);
  step();
}

function copy(stage: Stage, instruction: Copy, stages: ReadonlyMap<string, Stage>): void {
  const paths = instruction.getArguments().map((one) => one.getValue());
  const from = instruction.getFromFlag()?.getValue();
  const source = from == null ? ROOT : (stages.get(from)?.root ?? "");
  const target = paths.pop() ?? "";
  for (const path of paths) {
    const name = target.endsWith("/") ? basename(path) : "";
    cpSync(join(source, path), join(stage.folder, target, name), { recursive: true });
  }
}

/** The strings of a CMD, or of the CMD of a HEALTHCHECK. */
function stringsOf(instruction: Instruction): string[] {
  const [list = ""] = /\[.*\]$/s.exec(instruction.getRawArgumentsContent() ?? "") ?? [];
  return JSON.parse(list);
}

/** Lets all users read a folder; with "a-w" nobody, not even its owner, may write it. */
export function setModes(folder: string, ...modes: ("a+rX" | "a-w" | "u+w")[]): void {
  execFileSync("chmod", ["-R", modes.join(","), folder]);
}
