using System.Collections.Generic;

namespace WsPrism.Samples.Bot
{
    /// <summary>What there is besides the own ship. Of the game's thread alone; allocates only for a player it has not seen before.</summary>
    internal sealed class World
    {
        private const double ForgottenMs = 15_000;

        private readonly Dictionary<uint, StateBuffer> _ships = new Dictionary<uint, StateBuffer>();
        private readonly List<uint> _forgotten = new List<uint>();
        private readonly Shot[] _shots = new Shot[500];
        private int _shotCount;

        public void ShipCame(uint handle, in ShipState state, double now)
        {
            if (!_ships.TryGetValue(handle, out var buffer))
                _ships.Add(handle, buffer = new StateBuffer());
            buffer.Push(state, now);
        }

        public void ShotCame(in Shot shot)
        {
            if (_shotCount < _shots.Length)
                _shots[_shotCount++] = shot;
        }

        public void HitCame(in Hit hit)
        {
            for (var i = _shotCount - 1; i >= 0; i--)
            {
                if (_shots[i].By == hit.By && _shots[i].Id == hit.Id)
                    _shots[i] = _shots[--_shotCount];
            }
        }

        /// <summary>The gateway says that a player has left.</summary>
        public void Left(uint handle) => _ships.Remove(handle);

        /// <summary>The ship that was nearest at a time.</summary>
        public bool TryFindNearest(float x, float y, double time, out ShipState nearest)
        {
            nearest = default;
            var least = float.MaxValue;
            foreach (var ship in _ships)
            {
                if (!ship.Value.TryGet(time, out var seen))
                    continue;

                float dx = seen.X - x, dy = seen.Y - y;
                if (dx * dx + dy * dy >= least)
                    continue;

                least = dx * dx + dy * dy;
                nearest = seen;
            }

            return least < float.MaxValue;
        }

        /// <summary>The shot that touches the ship between two times.</summary>
        public bool TryFindHit(Ship ship, double from, double to, out Shot hit)
        {
            for (var i = 0; i < _shotCount; i++)
            {
                hit = _shots[i];
                if (ship.IsTouchedBy(in hit, from, to))
                    return true;
            }

            hit = default;
            return false;
        }

        /// <summary>Takes away what is over at the gateway's time <paramref name="now"/>, while others are seen as at <paramref name="time"/>.</summary>
        public void Prune(double now, double time)
        {
            for (var i = _shotCount - 1; i >= 0; i--)
            {
                if (time - _shots[i].T > Ship.ShotLifeMs)
                    _shots[i] = _shots[--_shotCount];
            }

            foreach (var ship in _ships)
            {
                if (now - ship.Value.HeardAt > ForgottenMs)
                    _forgotten.Add(ship.Key);
            }

            foreach (var handle in _forgotten)
                _ships.Remove(handle);
            _forgotten.Clear();
        }
    }
}
