using System;

namespace WsPrism.Samples.Bot
{
    /// <summary>Decides which keys to press: flies at whoever is nearest and shoots, not too well; alone it wanders.</summary>
    internal sealed class Pilot
    {
        private const float FarAway = 220;
        private const float Range = 460;

        private readonly Random _random;
        private float _aim;
        private int _untilNext;

        public Pilot(Random random) => _random = random;

        public Keys Decide(Ship ship, World world, double time)
        {
            // A new mistake, or a new direction, twice a second.
            if (--_untilNext <= 0)
            {
                _untilNext = 25;
                _aim = (float)_random.NextDouble() - 0.5f;
            }

            if (!world.TryFindNearest(ship.X, ship.Y, time, out var target))
                return Keys.Thrust | (_aim < -0.2f ? Keys.Left : _aim > 0.2f ? Keys.Right : Keys.None);

            float dx = target.X - ship.X, dy = target.Y - ship.Y;
            var distance = MathF.Sqrt(dx * dx + dy * dy);

            // To where it will be when the shot is there.
            var ahead = distance / Ship.ShotSpeed;
            var direction = MathF.Atan2(dy + target.Vy * ahead, dx + target.Vx * ahead) + _aim * 0.4f;
            var off = Ship.Turned(direction, -ship.Angle);
            var keys = off < -0.08f ? Keys.Left : off > 0.08f ? Keys.Right : Keys.None;
            if (Math.Abs(off) < 0.6f && distance > FarAway)
                keys |= Keys.Thrust;
            if (Math.Abs(off) < 0.15f && distance < Range && _aim > 0)
                keys |= Keys.Fire;
            return keys;
        }
    }
}
