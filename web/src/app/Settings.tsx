import { useAsked } from './context';
import { settingRows } from './model/settings';

/** What the server has and how it is set; changed in its files, not here. */
export function Settings() {
  const { value, trouble, again } = useAsked<Record<string, unknown>>('/settings');
  return (
    <>
      <h1>Settings</h1>
      <p class="dim">Read from the server; they are changed in its files, which are named here.</p>
      <p class="bar-tools"><button type="button" onClick={again}>Look again</button></p>
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      {value && settingRows(value).map((group) => (
        <section key={group.name}>
          <h2>{group.name}</h2>
          <dl class="facts-wide">{group.rows.map(([name, text]) => <div key={name}><dt>{name}</dt><dd>{text}</dd></div>)}</dl>
        </section>
      ))}
    </>
  );
}
