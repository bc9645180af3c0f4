import type { Recipe } from '../../recipe/schema/recipe.ts'
import type { PlanContext } from '../context.ts'
import { vllmEnvironment, vllmFlags } from './vllm-arguments.ts'

/** What a launch says to vLLM by name, and what an installed vLLM is therefore asked whether it knows. */
type EngineNames = {
  readonly flags: readonly string[]
  readonly variables: readonly string[]
  readonly methods: readonly string[]
}

/** The names in a recipe's launch of its model: flags without values, vLLM's own variables, and the quantization method that is given. */
export function launchNames(context: PlanContext): EngineNames {
  const { recipe, proofModel } = context
  const words = ['--host', '--port', ...vllmFlags(recipe, 'model', proofModel)].filter((word) => word.startsWith('--'))
  const environment = vllmEnvironment(context)
  return {
    flags: [...new Set(words.map((word) => word.split('.')[0] ?? word))].sort(),
    variables: Object.keys(environment)
      .filter((name) => name.startsWith('VLLM_'))
      .sort(),
    methods: methodsOf(recipe),
  }
}

function methodsOf({ quantization }: Recipe): string[] {
  return quantization.method === 'checkpoint' ? [] : [quantization.method]
}

/**
 * Python that reads what an installed vLLM knows from its sources, with ast and without importing it: under a second, and without a
 * card. With names (JSON, first argument) it ends with 1 where one would stop the start, and says which; without, it prints what it read.
 */
export const installedNamesScript = `
import ast, importlib.metadata, importlib.util, json, pathlib, sys
root = pathlib.Path(importlib.util.find_spec('vllm').submodule_search_locations[0])
def parsed(path):
    try:
        return ast.parse(path.read_text(encoding='utf-8'))
    except (OSError, SyntaxError):
        return ast.parse('')
def texts(tree):
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
def fields(tree):
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name.endswith('FrontendArgs')]
    items = [item for node in classes for item in node.body if isinstance(item, ast.AnnAssign)]
    return {'--' + item.target.id.replace('_', '-') for item in items if isinstance(item.target, ast.Name)}
places = [root / 'engine/arg_utils.py', root / 'entrypoints/cli/serve.py', root / 'scripts.py', *root.glob('entrypoints/**/cli_args.py')]
flags = set()
for tree in map(parsed, places):
    flags |= {text for text in texts(tree) if text.startswith('--') and ' ' not in text} | fields(tree)
variables = {text for text in texts(parsed(root / 'envs.py')) if text.startswith('VLLM_')}
methods = texts(parsed(root / 'model_executor/layers/quantization/__init__.py'))
version = importlib.metadata.version('vllm')
if len(sys.argv) < 2:
    print(json.dumps({'version': version, 'flags': sorted(flags), 'variables': sorted(variables), 'methods': sorted(methods)}))
    sys.exit(0)
wanted = json.loads(sys.argv[1])
unknown = [name for name in wanted['flags'] if flags and name not in flags and '--' + name.removeprefix('--no-') not in flags]
unknown += [name for name in wanted['methods'] if methods and name not in methods]
ignored = [name for name in wanted['variables'] if variables and name not in variables]
if ignored:
    print(f'vLLM {version} ignores', ', '.join(ignored))
print(f'vLLM {version} does not know ' + ', '.join(unknown) if unknown else f'vLLM {version} knows every name of the launch')
sys.exit(1 if unknown else 0)
`.trim()
