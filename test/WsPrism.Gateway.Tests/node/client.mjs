// An independent client for the tests: connects with the package "ws" and obeys one JSON command a line; says one JSON line for each thing that happens.
import { createInterface } from 'node:readline';
import WebSocket from 'ws';

const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const [url, protocols, options] = JSON.parse(process.argv[2]);
const socket = new WebSocket(url, protocols, options);

socket.on('upgrade', (response) => say({ event: 'upgrade', headers: response.headers }));
socket.on('unexpected-response', (_, response) => {
  let body = '';
  response.on('data', (part) => (body += part)).on('end', () => {
    say({ event: 'refused', status: response.statusCode, body });
    process.exit(0);
  });
});
socket.on('open', () => say({ event: 'open', protocol: socket.protocol, extensions: socket.extensions }));
socket.on('message', (data, binary) => say(binary ? { event: 'binary', hex: data.toString('hex') } : { event: 'text', text: data.toString() }));
socket.on('pong', (data) => say({ event: 'pong', hex: data.toString('hex') }));
socket.on('close', (code, reason) => {
  say({ event: 'close', code, reason: reason.toString() });
  process.exit(0);
});
socket.on('error', (error) => say({ event: 'error', message: error.message }));

createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  switch (command.do) {
    case 'text':
      socket.send(command.text);
      break;
    case 'fragments':
      for (let i = 0; i < command.text.length; i++) {
        socket.send(command.text[i], { fin: i === command.text.length - 1 });
      }
      break;
    case 'binary':
      socket.send(Buffer.from(command.hex, 'hex'));
      break;
    case 'ping':
      socket.ping(Buffer.from(command.hex, 'hex'));
      break;
    case 'close':
      socket.close(command.code, command.reason);
      break;
  }
});
