// A bare room server on the package ws: node server.js PORT. Path /ws?room=NAME, greeted with "hi"; a message that begins with E or byte 250 goes back
// to its sender, all others go to every member of the room. No authentication, no policy, no bound on what waits for a slow receiver: as its
// documentation's broadcast example has it.
import { WebSocketServer } from 'ws';

const rooms = new Map();
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]), perMessageDeflate: false, clientTracking: false });

server.on('connection', (socket, request) => {
  const name = new URL(request.url, 'http://peer').searchParams.get('room') ?? '';
  let room = rooms.get(name);
  if (room === undefined) rooms.set(name, room = new Set());
  room.add(socket);
  socket.on('close', () => room.delete(socket));
  socket.on('error', () => socket.terminate());
  socket.on('message', (data, binary) => {
    if (data[0] === 0x45 || data[0] === 0xfa) {
      socket.send(data, { binary });
    } else {
      for (const member of room) member.send(data, { binary });
    }
  });
  socket.send('hi');
});
