using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace WsPrism.Samples.Bot
{
    /// <summary>
    /// Frame after frame on one thread: as many fixed steps as are due, then one update, then it waits for the next frame. In Unity this is the player loop, and there is nothing to write.
    /// </summary>
    internal sealed class GameLoop
    {
        /// <summary>Unity's default.</summary>
        public const float FixedDeltaTime = 0.02f;

        // What JIT and caches need in the beginning is not what a frame costs.
        private const int WarmUpFrames = 200;

        private readonly List<Behaviour> _behaviours;
        private long _allocatedBefore;

        public GameLoop(List<Behaviour> behaviours) => _behaviours = behaviours;

        public long Frames { get; private set; }

        /// <summary>Bytes that the loop has allocated since it is warm.</summary>
        public long Allocated { get; private set; }

        /// <summary>Runs until it is cancelled, or a behaviour wants no more.</summary>
        public void Run(Func<bool> isOver, CancellationToken cancellation)
        {
            foreach (var behaviour in _behaviours)
                behaviour.Start();

            var clock = Stopwatch.StartNew();
            var due = 0.0;
            while (!cancellation.IsCancellationRequested && !isOver())
            {
                // Where the machine stood still for long nobody wants to have it all made up for.
                due = Math.Max(due, clock.Elapsed.TotalSeconds - 0.25);
                for (; due <= clock.Elapsed.TotalSeconds; due += FixedDeltaTime)
                {
                    foreach (var behaviour in _behaviours)
                        behaviour.FixedUpdate();
                }

                foreach (var behaviour in _behaviours)
                    behaviour.Update();

                if (++Frames == WarmUpFrames)
                    _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
                else if (Frames > WarmUpFrames)
                    Allocated = GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore;

                var rest = due - clock.Elapsed.TotalSeconds;
                if (rest > 0)
                    cancellation.WaitHandle.WaitOne((int)Math.Ceiling(rest * 1000));
            }
        }
    }
}
