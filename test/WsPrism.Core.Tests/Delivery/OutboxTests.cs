using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using static WsPrism.Core.Tests.Delivery.Frames;

namespace WsPrism.Core.Tests.Delivery;

public sealed class OutboxTests
{
    private readonly Ledger _session = new();
    private readonly Ledger _tenant = new();
    private readonly Outbox _outbox;

    public OutboxTests() => _outbox = new Outbox(_session, _tenant);

    [Fact]
    public void Classes_are_drained_in_order_and_each_class_in_its_own()
    {
        foreach (var cls in new[] { DeliveryClass.Ext, DeliveryClass.HotLossy, DeliveryClass.HotReliable, DeliveryClass.Control })
        {
            Put(cls, 1, key: 1);
            Put(cls, 2, key: 2);
        }

        var drained = Drain(_outbox);

        Assert.Equal(
            [
                (DeliveryClass.Control, 1), (DeliveryClass.Control, 2), (DeliveryClass.HotReliable, 1), (DeliveryClass.HotReliable, 2),
                (DeliveryClass.HotLossy, 1), (DeliveryClass.HotLossy, 2), (DeliveryClass.Ext, 1), (DeliveryClass.Ext, 2),
            ],
            drained);
    }

    [Theory]
    [InlineData((int)DeliveryClass.Control, (int)DeliveryClass.HotReliable)]
    [InlineData((int)DeliveryClass.Control, (int)DeliveryClass.HotLossy)]
    [InlineData((int)DeliveryClass.Control, (int)DeliveryClass.Ext)]
    [InlineData((int)DeliveryClass.HotReliable, (int)DeliveryClass.HotLossy)]
    [InlineData((int)DeliveryClass.HotReliable, (int)DeliveryClass.Ext)]
    public void A_waiting_lower_class_gets_every_33rd_frame(int highClass, int lowClass)
    {
        var (high, low) = ((DeliveryClass)highClass, (DeliveryClass)lowClass);
        for (var i = 0; i < 100; i++)
        {
            Put(high, i);
        }

        for (var i = 0; i < 4; i++)
        {
            Put(low, i, key: (uint)i);
        }

        var drained = Drain(_outbox);

        var positions = drained.Index().Where(entry => entry.Item.Class == low).Select(entry => entry.Index);
        Assert.Equal([32, 65, 98, 103], positions);
    }

    [Fact]
    public void A_class_that_was_empty_waits_its_32_anew()
    {
        for (var i = 0; i < 80; i++)
        {
            Put(DeliveryClass.Control, i);
        }

        Drain(_outbox, 40);
        Put(DeliveryClass.Ext, 0);
        var drained = Drain(_outbox);

        Assert.Equal(32, drained.FindIndex(entry => entry.Class == DeliveryClass.Ext));
    }

    [Fact]
    public void Peek_shows_what_take_takes_over_class_changes()
    {
        for (var i = 0; i < 70; i++)
        {
            Put(DeliveryClass.Control, i);
        }

        for (var i = 0; i < 4; i++)
        {
            Put(DeliveryClass.Ext, i);
            Put(DeliveryClass.HotLossy, i, key: (uint)i);
            Put(DeliveryClass.HotReliable, i);
        }

        var cursor = _outbox.StartDrain();
        var shown = new List<(DeliveryClass, int)>();
        while (_outbox.TryPeek(ref cursor, out var frame))
        {
            shown.Add((frame.Class, Number(frame)));
        }

        Assert.Equal(82, shown.Count);
        Assert.Equal(shown, Drain(_outbox));
    }

    [Fact]
    public void The_close_frame_comes_last_and_is_shown_once()
    {
        Put(DeliveryClass.Ext, 1);
        _outbox.Close(Close(), discardPending: false);

        var cursor = _outbox.StartDrain();
        Assert.True(_outbox.TryPeek(ref cursor, out _));
        Assert.True(_outbox.TryPeek(ref cursor, out var last));
        Assert.Equal(FrameKind.Close, last.Kind);
        Assert.False(_outbox.TryPeek(ref cursor, out _));

        _outbox.Take(2);
        Assert.True(_outbox.IsEmpty);
    }

    [Fact]
    public void Closing_with_discard_keeps_control_frames_alone()
    {
        Put(DeliveryClass.Control, 1);
        Put(DeliveryClass.HotReliable, 2);
        Put(DeliveryClass.HotLossy, 3);
        Put(DeliveryClass.Ext, 4);

        _outbox.Close(Close(), discardPending: true);

        Assert.Equal((DeliveryClass.Control, 1), Assert.Single(Drain(_outbox, 1)));
        Assert.Equal(1, _session.Count(DeliveryClass.HotReliable, Fate.SessionClosed));
        Assert.Equal(1, _session.Count(DeliveryClass.HotLossy, Fate.SessionClosed));
        Assert.Equal(1, _session.Count(DeliveryClass.Ext, Fate.SessionClosed));
    }

    [Fact]
    public void A_closing_outbox_takes_nothing_and_counts_nothing()
    {
        _outbox.Close(Close(), discardPending: false);

        Assert.Equal(EnqueueResult.Closed, Put(DeliveryClass.Ext, 1));
        Assert.Equal(0, _session.Accepted(DeliveryClass.Ext));
    }

    [Fact]
    public void Control_is_bounded_at_256_frames()
    {
        for (var i = 0; i < OutboxLimits.ControlFrames; i++)
        {
            Assert.Equal(EnqueueResult.Queued, Put(DeliveryClass.Control, i));
        }

        Assert.Equal(EnqueueResult.Full, Put(DeliveryClass.Control, 256));
        Assert.Equal(1, _session.Count(DeliveryClass.Control, Fate.Overflow));
    }

    [Fact]
    public void Control_is_bounded_in_bytes()
    {
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(EnqueueResult.Queued, Put(DeliveryClass.Control, i, length: OutboxLimits.ControlBytes / 4));
        }

        Assert.Equal(EnqueueResult.Full, Put(DeliveryClass.Control, 5));
    }

    [Fact]
    public void Hot_reliable_is_bounded_in_bytes_at_the_limit_and_one_past()
    {
        Assert.Equal(EnqueueResult.Queued, Put(DeliveryClass.HotReliable, 1, length: 1_000));
        Assert.Equal(EnqueueResult.Queued, Put(DeliveryClass.HotReliable, 2, length: 24));

        Assert.Equal(EnqueueResult.Full, Put(DeliveryClass.HotReliable, 3));

        Assert.Equal([1, 2], Drain(_outbox).Select(entry => entry.Number));
        Assert.Equal(EnqueueResult.Queued, Put(DeliveryClass.HotReliable, 4, length: 1_024));
        Assert.Equal(1, _session.Count(DeliveryClass.HotReliable, Fate.Overflow));
    }

    [Fact]
    public void Hot_reliable_frame_one_byte_over_the_bound_reports_full() =>
        Assert.Equal(EnqueueResult.Full, Put(DeliveryClass.HotReliable, 1, length: 1_025));

    [Fact]
    public void Ext_is_bounded_in_messages_at_the_limit_and_one_past()
    {
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(EnqueueResult.Queued, Put(DeliveryClass.Ext, i));
        }

        Assert.Equal(EnqueueResult.Full, Put(DeliveryClass.Ext, 8));
        Assert.Equal(8, Drain(_outbox).Count);
    }

    [Fact]
    public void Ext_is_bounded_in_bytes_at_the_limit_and_one_past()
    {
        Assert.Equal(EnqueueResult.Queued, Put(DeliveryClass.Ext, 1, length: 1_020));
        Assert.Equal(EnqueueResult.Queued, Put(DeliveryClass.Ext, 2, length: 4));

        Assert.Equal(EnqueueResult.Full, Put(DeliveryClass.Ext, 3, length: 4));
    }

    [Fact]
    public void A_newer_lossy_frame_takes_the_older_ones_place()
    {
        Put(DeliveryClass.HotLossy, 1, key: 1);
        Put(DeliveryClass.HotLossy, 2, key: 2);
        Put(DeliveryClass.HotLossy, 3, key: 3);

        Put(DeliveryClass.HotLossy, 11, key: 1);
        Put(DeliveryClass.HotLossy, 12, key: 2);
        Put(DeliveryClass.HotLossy, 21, key: 1);

        Assert.Equal([21, 12, 3], Drain(_outbox).Select(entry => entry.Number));
        Assert.Equal(3, _session.Count(DeliveryClass.HotLossy, Fate.Conflated));
        Assert.Equal(3, _session.Count(DeliveryClass.HotLossy, Fate.Delivered));
    }

    [Fact]
    public void Room_route_sender_and_key_make_different_things()
    {
        ConflationKey[] keys = [new(1, 2, 3, 0), new(9, 2, 3, 0), new(1, 9, 3, 0), new(1, 2, 9, 0), new(1, 2, 3, 1)];
        var limits = Limits with { HotMaxKeys = 100 };
        foreach (var key in keys)
        {
            _outbox.TryEnqueue(OutboundFrame.Rent(FrameKind.Binary, DeliveryClass.HotLossy, 4, key), limits);
        }

        Assert.Equal(keys.Length, _session.Queued(DeliveryClass.HotLossy));
    }

    [Fact]
    public void Keys_beyond_the_bound_drop_the_one_that_waited_longest()
    {
        for (var i = 1; i <= 4; i++)
        {
            Put(DeliveryClass.HotLossy, i, key: (uint)i);
        }

        Assert.Equal(0, _session.Count(DeliveryClass.HotLossy, Fate.Overflow));
        Assert.Equal(EnqueueResult.Queued, Put(DeliveryClass.HotLossy, 5, key: 5));

        Assert.Equal(1, _session.Count(DeliveryClass.HotLossy, Fate.Overflow));
        Assert.Equal([2, 3, 4, 5], Drain(_outbox).Select(entry => entry.Number));
    }

    [Fact]
    public void Drop_oldest_makes_room_and_counts()
    {
        var limits = Limits with { SlowConsumer = SlowConsumerRule.DropOldest };
        for (var i = 0; i < 11; i++)
        {
            Assert.Equal(EnqueueResult.Queued, _outbox.TryEnqueue(Make(DeliveryClass.Ext, i), limits));
        }

        Assert.Equal(3, _outbox.DroppedExt);
        Assert.Equal([3, 4, 5, 6, 7, 8, 9, 10], Drain(_outbox).Select(entry => entry.Number));
    }

    [Fact]
    public void Drop_oldest_drops_as_many_as_the_bytes_need()
    {
        var limits = Limits with { SlowConsumer = SlowConsumerRule.DropOldest };
        _outbox.TryEnqueue(Make(DeliveryClass.Ext, 1, length: 512), limits);
        _outbox.TryEnqueue(Make(DeliveryClass.Ext, 2, length: 512), limits);

        _outbox.TryEnqueue(Make(DeliveryClass.Ext, 3, length: 600), limits);
        Assert.Equal(2, _outbox.DroppedExt);

        _outbox.TryEnqueue(Make(DeliveryClass.Ext, 4, length: 1_025), limits);
        Assert.Equal(4, _outbox.DroppedExt);
        Assert.True(_outbox.IsEmpty);
    }

    [Fact]
    public void Each_frame_is_released_once_whatever_becomes_of_it()
    {
        var frames = new List<OutboundFrame>();
        EnqueueResult Offer(DeliveryClass cls, uint key = 0, int length = 4)
        {
            var frame = Make(cls, frames.Count, key, length);
            frame.AddReferences();
            frames.Add(frame);
            return _outbox.TryEnqueue(frame, Limits);
        }

        Offer(DeliveryClass.HotLossy, key: 1);
        Offer(DeliveryClass.HotLossy, key: 1);
        for (var key = 2u; key < 8; key++)
        {
            Offer(DeliveryClass.HotLossy, key);
        }

        Offer(DeliveryClass.HotReliable, length: 2_000);
        Offer(DeliveryClass.Ext, length: 2_000);
        Offer(DeliveryClass.Ext);
        Offer(DeliveryClass.Control);
        _outbox.Take(1);
        _outbox.Close(Close(), discardPending: false);
        Offer(DeliveryClass.Ext);
        _outbox.Discard();

        Assert.All(frames, frame => Assert.Equal(1, ReferencesOf(frame)));
        AssertBalanced(_session);
        AssertBalanced(_tenant);
        frames.ForEach(frame => frame.Release());
    }

    [Theory]
    [InlineData((int)DeliveryClass.Control)]
    [InlineData((int)DeliveryClass.HotReliable)]
    [InlineData((int)DeliveryClass.HotLossy)]
    [InlineData((int)DeliveryClass.Ext)]
    public void An_empty_outbox_holds_no_arrays(int cls)
    {
        for (var i = 0; i < 4; i++)
        {
            Put((DeliveryClass)cls, i, key: (uint)i);
        }

        Assert.NotEmpty(Arrays());
        _outbox.Take(4);

        Assert.Empty(Arrays());
    }

    [Fact]
    public void Heartbeats_and_close_stay_out_of_the_ledger()
    {
        _outbox.TryEnqueue(OutboundFrame.Rent(FrameKind.Ping, DeliveryClass.Control, 0), Limits);
        _outbox.TryEnqueue(OutboundFrame.Rent(FrameKind.Pong, DeliveryClass.Control, 0), Limits);
        _outbox.Close(Close(), discardPending: false);
        _outbox.Take(3);

        Assert.True(_outbox.IsEmpty);
        Assert.Equal(0, _session.Accepted(DeliveryClass.Control));
        AssertBalanced(_session);
    }

    private EnqueueResult Put(DeliveryClass cls, int number, uint key = 0, int length = 4) => _outbox.TryEnqueue(Make(cls, number, key, length), Limits);

    private List<Array> Arrays()
    {
        const System.Reflection.BindingFlags Fields = System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic;
        return
        [
            .. typeof(Outbox).GetFields(Fields).Where(field => field.FieldType.IsValueType && !field.FieldType.IsPrimitive)
                .Select(field => field.GetValue(_outbox)!)
                .SelectMany(queue => queue.GetType().GetFields(Fields).Select(field => field.GetValue(queue)).OfType<Array>()),
        ];
    }
}
