using System;

namespace WsPrism.Samples.Bot
{
    /// <summary>A player: what came is taken in in <see cref="Update"/>, the own ship moves in <see cref="FixedUpdate"/>. It decides where its ship is, and whether it was hit.</summary>
    internal sealed class BotPlayer : Behaviour
    {
        // 25 states a second, a few more than the room has ticks.
        private const int SendEverySteps = 2;

        private readonly ArenaConnection _connection;
        private readonly World _world = new World();
        private readonly Ship _ship;
        private readonly Pilot _pilot;
        private ushort _score;
        private ushort _shots;
        private int _steps;
        private double _checkedUntil;

        public BotPlayer(ArenaConnection connection, Random random)
        {
            _connection = connection;
            _ship = new Ship(random);
            _pilot = new Pilot(random);
        }

        public int Score => _score;

        public int Shots => _shots;

        public override void Start() => _connection.Begin();

        public override void FixedUpdate()
        {
            if (!_connection.IsReady)
                return;

            // Others are seen where they were a moment ago, as a player sees them.
            var now = _connection.Now;
            var time = now - StateBuffer.DelayMs;
            var keys = _pilot.Decide(_ship, _world, time);
            if (_ship.Step(keys, GameLoop.FixedDeltaTime))
                Fire(now);
            if (!_ship.IsShielded && _world.TryFindHit(_ship, _checkedUntil, time, out var shot))
                BeHit(in shot);
            _checkedUntil = time;
            if (++_steps % SendEverySteps == 0)
                _connection.SendShip(State(now, keys));
        }

        public override void Update()
        {
            var now = _connection.Now;
            while (_connection.TryTake(out var received))
                Take(in received, now);
            _world.Prune(now, now - StateBuffer.DelayMs);
        }

        private void Take(in Received received, double now)
        {
            switch (received.Opcode)
            {
                case Protocol.ShipOpcode:
                    _world.ShipCame(received.Sender, in received.Ship, now);
                    break;
                case Protocol.ShotOpcode:
                    _world.ShotCame(in received.Shot);
                    break;
                case Protocol.HitOpcode:
                    _world.HitCame(in received.Hit);
                    if (received.Hit.By == _connection.Handle)
                        _score++;
                    break;
                case Protocol.LeftOpcode:
                    _world.Left(received.Sender);
                    break;
            }
        }

        private void Fire(double now)
        {
            var shot = _ship.Fire(now, ++_shots);
            _connection.SendShot(in shot);
        }

        private void BeHit(in Shot shot)
        {
            var hit = new Hit { By = shot.By, Id = shot.Id, X = _ship.X, Y = _ship.Y };
            _connection.SendHit(in hit);
            _world.HitCame(in hit);
            _ship.Revive();
        }

        private ShipState State(double now, Keys keys) => new ShipState
        {
            T = now,
            X = _ship.X,
            Y = _ship.Y,
            Vx = _ship.Vx,
            Vy = _ship.Vy,
            Angle = _ship.Angle,
            Keys = keys | (_ship.IsShielded ? Keys.Shield : Keys.None),
            Life = _ship.Life,
            Score = _score,
        };
    }
}
