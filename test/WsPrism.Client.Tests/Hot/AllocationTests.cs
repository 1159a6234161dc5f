using WsPrism.Client.Tests.Support;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Tests.Hot;

/// <summary>The Hot lane allocates nothing for a frame, either way. What the platform's socket does is its own affair.</summary>
public sealed class AllocationTests
{
    private const int Warm = 2_000;
    private const int Measured = 20_000;

    [Fact]
    public async Task Receiving_a_frame_allocates_nothing()
    {
        var (client, transport, _) = await FakeConnector.OpenAsync();
        var counter = new Counter(Warm, Measured);
        using var subscription = client.Hot.On(1, counter.Take);
        var batch = Convert.FromHexString("010140020009000101080a00000061610a000101080b000000626262");
        var frame = new byte[3 + 12 + 8];

        // All of it waits before the loop comes to it, so that the loop never waits.
        for (uint i = 0; i < Warm + Measured; i++)
        {
            HotFrameWriter.Write(
                new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Seq | HotFlags.Key | HotFlags.Sender, Seq = i / 100 + 1, Key = i % 100, Sender = 5, Payload = new byte[8] }, frame);
            transport.Say((byte[])frame.Clone());
            if (i % 10 == 0)
                transport.Say(batch);
        }

        await counter.Done.WaitAsync(Patience.Token());
        await client.DisposeAsync();

        // The runtime may do a thing of its own meanwhile.
        Assert.Equal(0, counter.Bytes / Measured);
    }

    [Fact]
    public async Task Sending_a_frame_allocates_nothing()
    {
        var (client, transport, _) = await FakeConnector.OpenAsync();
        using var pump = new PumpMeter();
        transport.Sent = pump.Take;
        transport.Say("""{"v":1,"svc":"sys","type":"joined","room":"lobby","data":{"handle":3,"members":1}}""");
        await Patience.UntilAsync(() => client.Rooms.Find("lobby") is not null, () => "the room");
        var payload = new byte[16];

        await SendAsync(client, payload, Warm);
        await Patience.UntilAsync(() => pump.Count >= Warm, () => "sent");
        pump.Begin();
        var rounds = new List<long>();
        var pumped = new List<long>();
        for (var round = 1; round <= 20; round++)
        {
            pump.Hold();
            var before = pump.Bytes;
            rounds.Add(SendMany(client, payload));
            pump.GoOn();
            var expected = Warm + round * 1_000;
            await Patience.UntilAsync(() => pump.Count >= expected, () => "sent");
            pumped.Add(pump.Bytes - before);
        }

        await client.DisposeAsync();

        // The buffers grow with what waits in them: then a thousand frames find their place.
        Assert.Contains(0, rounds);

        // What the pump takes to be woken is taken for each wait, not for each frame.
        Assert.Contains(pumped, bytes => bytes < 1_000);
    }

    [Fact]
    public async Task Setting_states_that_conflate_allocates_nothing()
    {
        var time = new Testing.ManualTime();
        var (client, transport, _) = await FakeConnector.OpenAsync(time);
        transport.Say("""{"v":1,"svc":"sys","type":"budget","data":{"lane":"hot","rps":1000,"burst":1000}}""");
        var sent = 0;
        transport.Sent = (_, _) => Interlocked.Increment(ref sent);
        using var sender = client.Hot.CreateSender();
        var payload = new byte[16];
        for (var i = 0; i < 200; i++)
            sender.Set(1, 1, payload, (uint)i % 50);
        time.Advance(1_000);
        await Patience.UntilAsync(() => sender.Waiting == 0 && Volatile.Read(ref sent) >= 50, () => "sent");

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 5_000; i++)
            sender.Set(1, 1, payload, (uint)i % 50);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        await client.DisposeAsync();

        Assert.Equal(0, bytes);
    }

    private static async Task SendAsync(WsPrismClient client, byte[] payload, int count)
    {
        for (var i = 0; i < count; i++)
        {
            while (client.Hot.TrySend(1, 1, payload, (uint)i % 100, i % 2 == 0 ? "lobby" : null) == SendResult.Full)
                await Task.Yield();
        }
    }

    private static long SendMany(WsPrismClient client, byte[] payload)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            client.Hot.TrySend(1, 1, payload, (uint)i % 100, i % 2 == 0 ? "lobby" : null);

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private sealed class Counter(int warm, int measured)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;
        private int _thread;
        private long _last;

        public Task Done => _done.Task;

        public long Bytes { get; private set; }

        // Only between two frames on one thread is it known who allocated: the loop's waits are not frames.
        public void Take(in HotFrame frame)
        {
            var now = GC.GetAllocatedBytesForCurrentThread();
            if (++_count > warm && _thread == Environment.CurrentManagedThreadId)
                Bytes += now - _last;

            (_thread, _last) = (Environment.CurrentManagedThreadId, GC.GetAllocatedBytesForCurrentThread());
            if (_count == warm + measured)
                _done.TrySetResult();
        }
    }

    // Held while a thousand frames come, so that the pump waits for a frame once a thousand and not as often as it is the quicker.
    private sealed class PumpMeter : IDisposable
    {
        private readonly ManualResetEventSlim _gate = new(true);
        private int _count;
        private int _thread;
        private long _last;
        private bool _isMeasuring;

        public int Count => Volatile.Read(ref _count);

        public long Bytes { get; private set; }

        public void Begin() => _isMeasuring = true;

        public void Hold() => _gate.Reset();

        public void GoOn() => _gate.Set();

        public void Dispose() => _gate.Dispose();

        public void Take(ReadOnlyMemory<byte> message, bool isText)
        {
            if (!_gate.IsSet)
                _gate.Wait(Patience.Token());

            var now = GC.GetAllocatedBytesForCurrentThread();
            if (_isMeasuring && _thread == Environment.CurrentManagedThreadId)
                Bytes += now - _last;

            (_thread, _last) = (Environment.CurrentManagedThreadId, GC.GetAllocatedBytesForCurrentThread());
            Interlocked.Increment(ref _count);
        }
    }
}
