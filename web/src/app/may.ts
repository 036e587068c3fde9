import { useInside } from './context';

export type Role = 'look' | 'operate' | 'administer';
export interface Me { name: string; role: Role }

const ranks: Record<Role, number> = { look: 0, operate: 1, administer: 2 };

/** Why somebody may not do what needs a role; nothing where they may. The server says no in any case: this is told before. */
export function refusalOf(me: Me, needs: Role): string | undefined {
  return ranks[me.role] >= ranks[needs] ? undefined : `The token “${me.name}” may only ${me.role}; this needs one that may ${needs}`;
}

/** The sentence for whoever looks at the page now. */
export function useRefusal(needs: Role = 'operate'): string | undefined {
  return refusalOf(useInside().me, needs);
}
