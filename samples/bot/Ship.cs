using System;

namespace WsPrism.Samples.Bot
{
    /// <summary>How a ship moves, as samples/game/src/simulation.ts has it. Knows nothing of the network or the clock.</summary>
    internal sealed class Ship
    {
        public const float ArenaWidth = 1600;
        public const float ArenaHeight = 1000;
        public const float Radius = 14;
        public const float ShotSpeed = 560;
        public const float ShotLifeMs = 1100;

        private const float TurnPerS = 3.8f;
        private const float ThrustPerS2 = 420;
        private const float DragPerS = 0.7f;
        private const float Bounce = 0.6f;
        private const float ReloadS = 0.28f;
        private const float ShieldS = 2;

        private readonly Random _random;
        private float _reload;
        private float _shield;

        public Ship(Random random)
        {
            _random = random;
            SetDown();
        }

        public float X { get; private set; }

        public float Y { get; private set; }

        public float Vx { get; private set; }

        public float Vy { get; private set; }

        public float Angle { get; private set; }

        public byte Life { get; private set; }

        public bool IsShielded => _shield > 0;

        /// <summary>One step. True where the ship fires in it.</summary>
        public bool Step(Keys keys, float seconds)
        {
            var turn = ((keys & Keys.Right) != 0 ? 1 : 0) - ((keys & Keys.Left) != 0 ? 1 : 0);
            Angle = Turned(Angle, turn * TurnPerS * seconds);
            var thrust = (keys & Keys.Thrust) != 0 ? ThrustPerS2 * seconds : 0;
            var drag = 1 - DragPerS * seconds;
            Vx = (Vx + MathF.Cos(Angle) * thrust) * drag;
            Vy = (Vy + MathF.Sin(Angle) * thrust) * drag;
            (X, Vx) = Bounced(X + Vx * seconds, Vx, ArenaWidth);
            (Y, Vy) = Bounced(Y + Vy * seconds, Vy, ArenaHeight);
            _shield = Math.Max(0, _shield - seconds);
            _reload = Math.Max(0, _reload - seconds);
            if ((keys & Keys.Fire) == 0 || _reload > 0)
                return false;

            _reload = ReloadS;
            return true;
        }

        public Shot Fire(double time, ushort id)
        {
            float cos = MathF.Cos(Angle), sin = MathF.Sin(Angle);
            return new Shot { T = time, Id = id, X = X + cos * Radius, Y = Y + sin * Radius, Vx = Vx + cos * ShotSpeed, Vy = Vy + sin * ShotSpeed };
        }

        /// <summary>It was hit, and begins anew elsewhere.</summary>
        public void Revive()
        {
            Life++;
            SetDown();
        }

        /// <summary>Whether a shot touches the ship on its way from one time to another, looked at closely enough that it cannot jump over it.</summary>
        public bool IsTouchedBy(in Shot shot, double from, double to)
        {
            for (var t = Math.Max(from, shot.T); t <= Math.Min(to, shot.T + ShotLifeMs); t += 10)
            {
                var age = (float)(t - shot.T) / 1000;
                float dx = shot.X + shot.Vx * age - X, dy = shot.Y + shot.Vy * age - Y;
                if (dx * dx + dy * dy < Radius * Radius)
                    return true;
            }

            return false;
        }

        /// <summary>An angle plus another, from -π to π.</summary>
        public static float Turned(float angle, float by) => MathF.Atan2(MathF.Sin(angle + by), MathF.Cos(angle + by));

        private void SetDown()
        {
            X = ArenaWidth * (0.1f + 0.8f * (float)_random.NextDouble());
            Y = ArenaHeight * (0.1f + 0.8f * (float)_random.NextDouble());
            Angle = MathF.PI * (2 * (float)_random.NextDouble() - 1);
            Vx = Vy = 0;
            _shield = ShieldS;
        }

        private static (float At, float Speed) Bounced(float at, float speed, float size)
        {
            if (at < Radius)
                return (Radius, Math.Abs(speed) * Bounce);

            return at > size - Radius ? (size - Radius, -Math.Abs(speed) * Bounce) : (at, speed);
        }
    }
}
