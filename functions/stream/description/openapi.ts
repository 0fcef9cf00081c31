import { PROBLEM_TYPES } from '../base/problem.ts';
import type { AddressForm } from '../route/address-form.ts';
import { isOpen } from '../route/authorise.ts';
import { PLACEHOLDERS, type Placeholder } from '../route/placeholders.ts';
import {
  type DescribedParameter,
  offeredForms,
  parametersOf,
  placeholdersOf,
  type Subject,
  typedValue,
} from './described.ts';

/** Returns the description of a service as a document of OpenAPI 3.1. */
export function openApi(subject: Subject): object {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sluice',
      version: subject.version,
      description: 'Streams audio and video out of an object store: as files, HLS, DASH and images.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [subject.isSigned ? SIGNED : ROOT],
    // The token, if there is one, is part of the path.
    security: [],
    paths: Object.fromEntries(
      offeredForms(subject).map((form) => {
        const servers = subject.isSigned && isOpen(form.takes) ? { servers: [ROOT] } : {};
        return [form.path, { ...servers, get: operationOf(form) }];
      }),
    ),
    components: {
      schemas: {
        Problem: {
          description: 'RFC 9457',
          type: 'object',
          required: ['type', 'title', 'status', 'detail'],
          properties: {
            type: { enum: PROBLEM_TYPES.map((type) => `urn:sluice:problem:${type}`) },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
            requestId: { type: 'string' },
          },
        },
      },
      responses: {
        Problem: {
          description: 'What is wrong, in a sentence',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

const ROOT = { url: '/' };
const SIGNED = {
  url: '/~{token}',
  variables: {
    token: {
      default: 'TOKEN',
      description: 'opens one key on every address, or one address exactly, until it expires',
    },
  },
};

const PROBLEM = { $ref: '#/components/responses/Problem' };

function operationOf({ name, path, takes, means, answers }: AddressForm): object {
  return {
    operationId: name,
    summary: means,
    parameters: [
      ...placeholdersOf(path).map((placeholder) => inPath(placeholder as Placeholder)),
      ...parametersOf(takes).map(inQuery),
    ],
    responses: {
      '200': { description: means, content: Object.fromEntries(answers.map((type) => [type, {}])) },
      // A part, a redirect and what a cache has still are none.
      '4XX': PROBLEM,
      '5XX': PROBLEM,
    },
  };
}

function inPath(name: Placeholder): object {
  const { means, type } = PLACEHOLDERS[name];
  return { name, in: 'path', required: true, description: means, schema: { type } };
}

function inQuery({ name, means, example, schema }: DescribedParameter): object {
  return {
    name,
    in: 'query',
    description: means,
    schema,
    ...(example === null ? {} : { example: typedValue(example, schema) }),
  };
}
