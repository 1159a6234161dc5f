using System;
using System.Threading.Tasks;
using WsPrism.Client;
using WsPrism.Client.Hot;
using WsPrism.Protocol.Hot;

namespace WsPrism.Samples.Bot
{
    /// <summary>
    /// The connection of one player. What comes is read on the client's receive loop and put into a queue, from which the game's thread takes it (<see cref="TryTake"/>): nothing of the
    /// game is touched by another thread. Sending is done from the game's thread, and does not wait.
    /// </summary>
    internal sealed class ArenaConnection : IAsyncDisposable
    {
        private readonly WsPrismClient _client;
        private readonly HotSender _ships;
        private readonly FrameQueue _frames = new FrameQueue(1024);
        private readonly string _room;
        private Task? _joining;

        public ArenaConnection(ClientOptions options, string room, Action<string> tell)
        {
            _room = room;
            _client = new WsPrismClient(options);
            _client.Hot.On(Protocol.Game, OnFrame);
            _client.StateChanged += change => tell(change.ToString());
            _client.SessionRestored += restored => tell(restored.IsResumed ? "The same session." : $"A new session ({restored.Failure}).");

            // The newest state, at the pace of sys.budget; without a connection it waits for the next one.
            _ships = _client.Hot.CreateSender();
        }

        /// <summary>This session, as others see it; another one after a lost session.</summary>
        public uint Handle => _client.Session?.Handle ?? 0;

        /// <summary>In the room, and the gateway's time is known.</summary>
        public bool IsReady => _joining?.Status == TaskStatus.RanToCompletion && _client.Clock.Estimate != null;

        /// <summary>Closed for good, and why.</summary>
        public string? Failure => _client.State == ClientState.Closed ? _client.CloseReason?.ToString() : _joining?.Exception?.InnerException?.Message;

        /// <summary>The gateway's time, in milliseconds since 1970.</summary>
        public double Now => (_client.Clock.Now - DateTimeOffset.UnixEpoch).TotalMilliseconds;

        public HotFigures Figures => _client.Hot.Figures;

        /// <summary>Begins to connect; look at <see cref="IsReady"/>. From then on the client comes back by itself, to the room too.</summary>
        public void Begin() => _joining = JoinAsync();

        public bool TryTake(out Received received) => _frames.TryTake(out received);

        public void SendShip(in ShipState state)
        {
            Span<byte> bytes = stackalloc byte[Protocol.MaxPayload];
            var writer = new PayloadWriter(bytes);
            state.Write(ref writer);
            _ships.Set(Protocol.Game, Protocol.ShipOpcode, writer.Written, room: _room);
        }

        // Events are reliable: the gateway neither leaves them out nor puts a newer one in their place.
        public void SendShot(in Shot shot)
        {
            Span<byte> bytes = stackalloc byte[Protocol.MaxPayload];
            var writer = new PayloadWriter(bytes);
            shot.Write(ref writer);
            _client.Hot.TrySend(Protocol.Game, Protocol.ShotOpcode, writer.Written, room: _room, reliable: true);
        }

        public void SendHit(in Hit hit)
        {
            Span<byte> bytes = stackalloc byte[Protocol.MaxPayload];
            var writer = new PayloadWriter(bytes);
            hit.Write(ref writer);
            _client.Hot.TrySend(Protocol.Game, Protocol.HitOpcode, writer.Written, room: _room, reliable: true);
        }

        /// <summary>Leaves in order: the others are told at once.</summary>
        public async ValueTask DisposeAsync()
        {
            _ships.Dispose();
            await _client.DisposeAsync().ConfigureAwait(false);
        }

        private async Task JoinAsync()
        {
            await _client.ConnectAsync().ConfigureAwait(false);
            await _client.Rooms.JoinAsync(_room).ConfigureAwait(false);
        }

        // On the receive loop, for each frame, those of a BATCH one by one. The payload is the client's buffer: what is needed of it is read here.
        private void OnFrame(in HotFrame frame)
        {
            // In rooms with ticks own states come back too: one BATCH serves all.
            if (!frame.Has(HotFlags.Sender) || frame.Sender == Handle)
                return;

            var received = new Received { Opcode = frame.Opcode, Sender = frame.Sender };
            var isUnderstood = frame.Opcode switch
            {
                Protocol.ShipOpcode => ShipState.TryRead(frame.Payload, out received.Ship),
                Protocol.ShotOpcode => Shot.TryRead(frame.Payload, frame.Sender, out received.Shot),
                Protocol.HitOpcode => Hit.TryRead(frame.Payload, out received.Hit),
                Protocol.LeftOpcode => true,
                _ => false,
            };
            if (isUnderstood)
                _frames.Put(in received);
        }
    }
}
