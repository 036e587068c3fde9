import type { View } from './router';

const places: [View['name'], string, string][] = [
  ['runs', '/runs', 'Runs'], ['new', '/new', 'New run'], ['gallery', '/gallery', 'Gallery'], ['search', '/search', 'Search'],
  ['services', '/services', 'Services'], ['settings', '/settings', 'Settings'],
];

export function Nav({ view }: { view: View }) {
  return (
    <header class="nav">
      <a class="nav-name" href="/runs">Spool</a>
      <nav aria-label="Views">
        {places.map(([name, address, word]) => <a key={name} href={address} aria-current={view.name === name ? 'page' : undefined}>{word}</a>)}
      </nav>
    </header>
  );
}

/** Shown while the server does not answer; what was read stays. */
export function Lost({ since }: { since: Date | undefined }) {
  if (!since) return null;
  return <p class="lost" role="status">reconnecting, last seen {since.toLocaleTimeString('en-GB')}</p>;
}
