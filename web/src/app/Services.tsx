import { useAsked } from './context';

interface Service { provider: string; kind: string | null; url: string | null; asked: string[]; steps: string[]; up: boolean; detail: string; start?: string | null }
interface Told { services: Service[]; sentence?: string }

/** Which models and services the runs of this server need, and which of them are up. */
export function Services() {
  const { value, trouble, again } = useAsked<Told>('/services');
  return (
    <>
      <h1>Services</h1>
      <p class="bar-tools"><button type="button" onClick={again}>Look again</button></p>
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      {!value && !trouble && <p role="status">Asking the services …</p>}
      {value?.sentence && <p class="dim">{value.sentence}</p>}
      {value && value.services.length > 0 && (
        <table class="list-table">
          <thead><tr><th scope="col">Service</th><th scope="col">State</th><th scope="col">For</th><th scope="col">How to start it</th></tr></thead>
          <tbody>{value.services.map((service) => (
            <tr key={service.provider}>
              <th scope="row"><b>{service.provider}</b><small>{[service.kind, service.url].filter(Boolean).join(' · ')}</small></th>
              <td><span class={`status s-${service.up ? 'succeeded' : 'failed'}`}>{service.up ? '✓ up' : '✗ down'}</span><small>{service.detail}</small></td>
              <td>{service.steps.join(', ')}</td>
              <td>{service.start && <code>{service.start}</code>}</td>
            </tr>
          ))}</tbody>
        </table>
      )}
    </>
  );
}
