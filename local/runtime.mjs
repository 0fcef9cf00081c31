// What an instance runs: AWS's own runtime client with the function's handler, as Lambda starts it.
import { run } from 'aws-lambda-ric';

const { LAMBDA_TASK_ROOT: root, _HANDLER: handler } = process.env;
await run(root, handler);
