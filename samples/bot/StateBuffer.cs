using System;

namespace WsPrism.Samples.Bot
{
    /// <summary>
    /// The last states of one ship, and where it was between them: samples/game/src/interpolation.ts in C#, in a ring that never grows. In Unity it stands beside the transform that it
    /// moves in <c>Update</c>.
    /// </summary>
    internal sealed class StateBuffer
    {
        /// <summary>How far behind the gateway's clock others are seen: two ticks of 20 Hz and what the way takes.</summary>
        public const double DelayMs = 130;

        private const double ExtrapolationMs = 250;
        private const double LongestStepMs = 100;

        private readonly ShipState[] _states = new ShipState[32];
        private int _first;
        private int _count;

        /// <summary>When a state came last, by the gateway's clock.</summary>
        public double HeardAt { get; private set; }

        private double NewestT => _count == 0 ? double.NegativeInfinity : At(_count - 1).T;

        /// <summary>A state has come; <paramref name="now"/> is the gateway's time, which no sender is ahead of.</summary>
        public void Push(ShipState state, double now)
        {
            state.T = Math.Min(state.T, now);
            if (state.T <= NewestT)
                return;

            if (_count == _states.Length)
                Drop();
            _count++;
            At(_count - 1) = state;
            HeardAt = now;
        }

        /// <summary>How it was at a time, which goes on from call to call. False before the first state.</summary>
        public bool TryGet(double time, out ShipState state)
        {
            while (_count > 1 && At(1).T <= time)
                Drop();

            state = default;
            if (_count == 0)
                return false;

            state = At(0);
            if (time <= state.T)
                return true;

            if (_count == 1)
                Extrapolate(ref state, time);
            else if (At(1).Life == state.Life)
                Interpolate(ref state, in At(1), time);
            return true;
        }

        private static void Extrapolate(ref ShipState state, double time)
        {
            var ahead = (float)Math.Min(time - state.T, ExtrapolationMs) / 1000;
            state.X += state.Vx * ahead;
            state.Y += state.Vy * ahead;
        }

        private static void Interpolate(ref ShipState from, in ShipState to, double time)
        {
            // Who stood still said nothing for long, and has begun to move lately.
            var start = Math.Max(from.T, to.T - LongestStepMs);
            var share = (float)Math.Max(0, (time - start) / (to.T - start));
            from.X += (to.X - from.X) * share;
            from.Y += (to.Y - from.Y) * share;
            from.Vx += (to.Vx - from.Vx) * share;
            from.Vy += (to.Vy - from.Vy) * share;
            from.Angle = Ship.Turned(from.Angle, Ship.Turned(to.Angle, -from.Angle) * share);
        }

        private ref ShipState At(int index) => ref _states[(_first + index) % _states.Length];

        private void Drop()
        {
            _first = (_first + 1) % _states.Length;
            _count--;
        }
    }
}
