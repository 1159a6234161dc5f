using WsPrism.Client.Connection;
using WsPrism.Client.Ext;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Tests.Connection;

public sealed class OutboundQueueTests
{
    private readonly OutboundQueue _queue = new(new ClientOptions("ws://gateway", "demo", "alice") { SendQueueBytes = 1_000 });

    public OutboundQueueTests()
    {
        _queue.Start();
        _queue.Begin([], 65_536);
    }

    // Whoever tries again whenever it completes would keep a processor busy.
    [Fact]
    public void Who_found_no_place_for_a_long_message_waits_until_there_is_one()
    {
        Assert.Equal(SendResult.Queued, _queue.TryAdd(new ExtMessage(new byte[400])));
        var next = new ExtMessage(new byte[700]);
        Assert.Equal(SendResult.Full, _queue.TryAdd(next));

        var place = _queue.PlaceAsync(700);

        Assert.False(place.IsCompleted);
        Assert.True(_queue.TryNext(out _, out _, out _));
        Assert.True(place.IsCompleted);
        Assert.Equal(SendResult.Queued, _queue.TryAdd(next));
    }

    [Fact]
    public void Hot_frames_take_places_too_and_give_them_back()
    {
        Assert.Equal(SendResult.Queued, _queue.TryAdd(new HotFrame { SvcId = 1, Payload = new byte[900] }));
        var next = new ExtMessage(new byte[200]);
        Assert.Equal(SendResult.Full, _queue.TryAdd(next));

        var place = _queue.PlaceAsync(200);

        Assert.False(place.IsCompleted);
        Assert.True(_queue.TryNext(out var frame, out var isText, out _));
        Assert.Equal((903, false), (frame.Length, isText));
        Assert.True(place.IsCompleted);
        Assert.Equal(SendResult.Queued, _queue.TryAdd(next));
    }

    [Fact]
    public void A_message_that_nobody_wants_any_more_does_not_hide_those_behind_it()
    {
        var unwanted = new ExtMessage(new byte[1]);
        _queue.TryAdd(new ExtMessage(new byte[1]));
        _queue.TryAdd(unwanted);
        Assert.True(_queue.TryNext(out _, out _, out _));
        _queue.TryAdd(new ExtMessage(new byte[3]));
        unwanted.Cancel();

        Assert.True(_queue.TryNext(out var bytes, out _, out _));
        Assert.Equal(3, bytes.Length);
        Assert.False(_queue.TryNext(out _, out _, out _));
    }

    // Whoever keeps a message back for the next one must not wait for one that its caller may take back.
    [Fact]
    public void Of_the_next_message_it_is_said_whether_it_is_sure_to_come()
    {
        _queue.TryAdd(new HotFrame { SvcId = 1, Payload = new byte[1] });
        _queue.TryAdd(new ExtMessage(new byte[2]));
        _queue.TryAdd(new HotFrame { SvcId = 1, Payload = new byte[3] });
        _queue.TryAdd(new ExtMessage(new byte[4], isRequest: true));
        _queue.TryAdd(new HotFrame { SvcId = 1, Payload = new byte[5] });

        var taken = new List<(int Length, bool IsText, bool IsMoreSure)>();
        while (_queue.TryNext(out var bytes, out var isText, out var isMoreSure))
            taken.Add((bytes.Length, isText, isMoreSure));

        Assert.Equal([(4, false, true), (2, true, true), (6, false, false), (4, true, true), (8, false, false)], taken);
    }
}
