// The front-end. POST /pay/ID pays by payment-service; GET /orders lists what order-service has said about the payments (POST /orders).
import { createServer } from 'node:http';

const { PORT = '8080', PAYMENT_URL = 'http://payment-service' } = process.env;
const ROUTE = ['x-service-route', 'x-source-route'];
const orders = [];

createServer(async (request, response) => {
  try {
    if (request.method === 'GET') return response.end(JSON.stringify(orders));
    if (request.url === '/orders') {
      orders.push({ ...(await bodyOf(request)), route: request.headers['x-source-route'] ?? '' });
      return response.writeHead(204).end();
    }
    const answer = await fetch(PAYMENT_URL + request.url, { method: 'POST', headers: routeOf(request) });
    return response.writeHead(answer.status).end(`web, then ${await answer.text()}`);
  } catch (error) {
    return response.writeHead(502).end(`${error.message}\n`);
  }
}).listen(Number(PORT));

/** A service passes the route on, as it passes on the headers of a trace. */
function routeOf({ headers }) {
  return Object.fromEntries(ROUTE.flatMap((name) => (headers[name] ? [[name, headers[name]]] : [])));
}

async function bodyOf(request) {
  let text = '';
  for await (const part of request) text += part;
  return JSON.parse(text);
}
