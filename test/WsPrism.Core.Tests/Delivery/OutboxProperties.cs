using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Testing;
using static WsPrism.Core.Tests.Delivery.Frames;

namespace WsPrism.Core.Tests.Delivery;

public sealed class OutboxProperties
{
    [Fact]
    public void The_outbox_does_what_the_plain_lists_do() => Seeds.Check(100, random =>
    {
        var limits = new OutboxLimits(
            ExtMessages: random.Next(1, 40),
            ExtBytes: random.Next(16, 600),
            HotMaxKeys: random.Next(1, 60),
            HotReliableBytes: random.Next(16, 600),
            (SlowConsumerRule)random.Next(2));
        var ledger = new Ledger();
        var outbox = new Outbox(ledger, new Ledger());
        var model = new Model(limits);
        var frames = new List<OutboundFrame>();
        for (var i = 0; i < 600; i++)
        {
            if (random.Next(10) < 6)
            {
                var cls = (DeliveryClass)random.Next(DeliveryClasses.Count);
                var (key, length) = ((uint)random.Next(80), random.Next(4, 60));
                var frame = Make(cls, i, key, length);
                frame.AddReferences();
                frames.Add(frame);
                Assert.Equal(model.Enqueue(cls, i, key, length), outbox.TryEnqueue(frame, limits));
            }
            else
            {
                var count = random.Next(12);
                var cursor = outbox.StartDrain();
                var shown = new List<int>();
                while (shown.Count < count && outbox.TryPeek(ref cursor, out var frame))
                {
                    shown.Add(Number(frame));
                }

                outbox.Take(shown.Count);
                Assert.Equal(model.Take(count), shown);
            }

            AssertBalanced(ledger);
            Assert.Equal(model.Conflated, ledger.Count(DeliveryClass.HotLossy, Fate.Conflated));
            Assert.Equal(model.DroppedExt, outbox.DroppedExt);
            for (var cls = 0; cls < DeliveryClasses.Count; cls++)
            {
                Assert.Equal(model.Queues[cls].Count, ledger.Queued((DeliveryClass)cls));
            }
        }

        outbox.Discard();
        Assert.All(frames, frame => Assert.Equal(1, ReferencesOf(frame)));
        Assert.True(outbox.IsEmpty);
        frames.ForEach(frame => frame.Release());
    });

    /// <summary>The delivery rules of PROTOCOL §5 over plain lists.</summary>
    private sealed class Model(OutboxLimits limits)
    {
        private readonly int[] _passedOver = new int[DeliveryClasses.Count];

        public List<Entry>[] Queues { get; } = [[], [], [], []];

        public long Conflated { get; private set; }

        public int DroppedExt { get; private set; }

        public EnqueueResult Enqueue(DeliveryClass cls, int number, uint key, int length)
        {
            var queue = Queues[(int)cls];
            var entry = new Entry(number, key, length);
            switch (cls)
            {
                case DeliveryClass.HotLossy:
                    var same = queue.FindIndex(other => other.Key == key);
                    if (same >= 0)
                    {
                        queue[same] = entry;
                        Conflated++;
                        return EnqueueResult.Queued;
                    }

                    queue.Add(entry);
                    if (queue.Count > limits.HotMaxKeys)
                    {
                        queue.RemoveAt(0);
                    }

                    return EnqueueResult.Queued;
                case DeliveryClass.Ext when limits.SlowConsumer == SlowConsumerRule.DropOldest:
                    queue.Add(entry);
                    while (queue.Count > limits.ExtMessages || queue.Sum(other => other.Length) > limits.ExtBytes)
                    {
                        queue.RemoveAt(0);
                        DroppedExt++;
                    }

                    return EnqueueResult.Queued;
                default:
                    var (frames, bytes) = cls switch
                    {
                        DeliveryClass.Control => (OutboxLimits.ControlFrames, OutboxLimits.ControlBytes),
                        DeliveryClass.HotReliable => (int.MaxValue, limits.HotReliableBytes),
                        _ => (limits.ExtMessages, limits.ExtBytes),
                    };
                    if (queue.Count + 1 > frames || queue.Sum(other => other.Length) + length > bytes)
                    {
                        return EnqueueResult.Full;
                    }

                    queue.Add(entry);
                    return EnqueueResult.Queued;
            }
        }

        public List<int> Take(int count)
        {
            var taken = new List<int>();
            while (taken.Count < count && Queues.Any(queue => queue.Count > 0))
            {
                var waiting = Enumerable.Range(0, Queues.Length).Where(cls => Queues[cls].Count > 0).ToArray();
                var starved = waiting.Where(cls => _passedOver[cls] >= 32).ToArray();
                var chosen = starved.Length > 0 ? starved[0] : waiting[0];
                for (var cls = 0; cls < Queues.Length; cls++)
                {
                    _passedOver[cls] = cls == chosen || !waiting.Contains(cls) ? 0 : chosen < cls ? _passedOver[cls] + 1 : _passedOver[cls];
                }

                taken.Add(Queues[chosen][0].Number);
                Queues[chosen].RemoveAt(0);
            }

            return taken;
        }

        public sealed record Entry(int Number, uint Key, int Length);
    }
}
