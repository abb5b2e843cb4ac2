import { nameless } from './accept-event.js';
import { STREAM } from './random.js';
import type { SimWorkflow } from './settings.js';
import { PERMISSIONS } from './tokens.js';
import type { World } from './world.js';

/** Komand's answer has no example in any description; invented, and small where a real one is "a lot of data". */
export const CONNECTIONS = {
  connections: [
    { connection_id: 1, name: 'Ticket system', plugin_name: 'jira', plugin_version: '6.3.0', status: 'ok' },
    {
      connection_id: 2,
      name: 'Directory',
      plugin_name: 'active_directory_ldap',
      plugin_version: '5.1.0',
      status: 'ok',
    },
  ],
};

export const PLUGINS = {
  plugins: [
    {
      plugin_id: 1,
      name: 'jira',
      title: 'Jira',
      vendor: 'example',
      version: '6.3.0',
      actions: [],
      triggers: [],
    },
    {
      plugin_id: 2,
      name: 'active_directory_ldap',
      title: 'Active Directory LDAP',
      vendor: 'example',
      version: '5.1.0',
      actions: [],
      triggers: [],
    },
  ],
};

/** The documented users, as valid JSON, with the one that logs in here. */
export function listUsers(user: string): object {
  const person = (id: number, name: string, firstName: string, inactive: boolean) => ({
    user_id: id,
    user_name: name,
    inactive,
    first_name: firstName,
    last_name: 'User',
    company_title: '',
    avatar_url: '',
    email: `${name}@example.com`,
    role_name: 'administrator',
    role: { name: 'administrator', description: 'Administrator', permissions: PERMISSIONS },
  });
  return { users: [person(1, user, 'Simulated', false), person(2, 'former', 'Former', true)] };
}

/** The configured workflows, or those that events came for; without `minimum`, each with its steps. */
export function listWorkflows(world: World, status: string | null, minimum: boolean): object {
  const { workflows } = world.settings;
  const known = workflows.length > 0 ? workflows : [...world.seenWorkflows].map(nameless);
  const asked = known.filter(
    (workflow) => status === null || (workflow.active === false ? 'inactive' : 'active') === status,
  );
  return { workflows: asked.map((workflow, i) => (minimum ? brief(workflow) : whole(world, workflow, i))) };
}

function brief({ uid, name }: SimWorkflow): object {
  return { name, workflow_uid: uid };
}

function whole({ random }: World, workflow: SimWorkflow, i: number): object {
  return {
    ...brief(workflow),
    status: workflow.active === false ? 'inactive' : 'active',
    description: '',
    steps: [workflow.name, 'Step_1'].map((name, n) => ({
      step_uid: random.uuid(STREAM.detail + 100 + n, i),
      name,
      type: n === 0 ? 'api_trigger' : 'action',
      parameters:
        n === 0 && workflow.triggerId !== undefined ? { trigger_config_id: workflow.triggerId } : {},
    })),
  };
}
