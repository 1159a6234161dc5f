using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Protocol.Ext;
using WsPrism.Services;

namespace WsPrism.History.Sqlite.Tests;

/// <summary>What services of every kind, and filters, may count on when they publish to rooms that are stored.</summary>
public sealed class StoringServiceTests : IDisposable
{
    private readonly Storing _storing = new();

    public void Dispose() => _storing.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_service_that_keeps_order_gets_the_next_message_when_the_one_before_is_stored_and_answered(bool defers)
    {
        UnreliableStore disk = null!;
        var echo = new OrderedEcho(defers);
        using var gateway = _storing.Start(store: store => disk = new UnreliableStore(store), services: new Services { Ext = [echo] });
        var alice = gateway.ConnectTo("r", "alice");
        disk.Stop();

        alice.Send("test", "say", "1", "r", "1").Send("test", "say", "2", "r", "2");
        gateway.RunUntilIdle();
        Assert.Equal(["1"], echo.Seen);
        Assert.Empty(alice.ReadAll());
        Assert.Equal(2, gateway.Count(counters => counters.Deferred));

        disk.GoOn();
        gateway.Settle();
        Assert.Equal(["1", "2"], echo.Seen);
        Assert.Equal(["1", "2"], alice.ReadEnvelopes().Where(envelope => envelope.Name == "sys.ack").Select(envelope => envelope.Id));
        Assert.Equal(0, gateway.Count(counters => counters.Deferred));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_session_that_ends_while_its_message_is_stored_gives_its_places_back(bool defers)
    {
        UnreliableStore disk = null!;
        using var gateway = _storing.Start(store: store => disk = new UnreliableStore(store), services: new Services { Ext = [new OrderedEcho(defers)] });
        var bob = gateway.ConnectTo("r", "bob");
        var alice = gateway.ConnectTo("r", "alice");
        disk.Stop();

        alice.Send("test", "say", "1", "r", "1").Vanish();
        gateway.RunUntilIdle();
        disk.GoOn();
        gateway.Settle();

        Assert.Contains("test.said", bob.ReadEnvelopes().Select(envelope => envelope.Name));
        Assert.Equal(0, gateway.Count(counters => counters.Deferred));
    }

    [Fact]
    public void What_a_filter_publishes_holds_up_neither_its_message_nor_others()
    {
        UnreliableStore disk = null!;
        var echo = new OrderedEcho(defers: false, publishes: false);
        using var gateway = _storing.Start(
            store: store => disk = new UnreliableStore(store), services: new Services { Ext = [echo], Filters = [new TellingFilter()] });
        var alice = gateway.ConnectTo("r", "alice");
        disk.Stop();

        alice.Send("test", "say", "1", "r", "1").Send("test", "say", "2", "r", "2");
        gateway.RunUntilIdle();
        Assert.Equal(["1", "2"], alice.ReadEnvelopes().Select(envelope => envelope.Id));
        Assert.Equal(0, gateway.Count(counters => counters.Deferred));

        disk.GoOn();
        gateway.Settle();
        Assert.Equal(["test.seen", "test.seen"], alice.ReadEnvelopes().Select(envelope => envelope.Name));
    }

    private sealed class Services : ITenantServiceFactory
    {
        public IReadOnlyList<IExtService> Ext { get; init; } = [];

        public IReadOnlyList<IExtFilter> Filters { get; init; } = [];

        public IReadOnlyList<IExtService> CreateExt(TenantConfig tenant) => Ext;

        public IReadOnlyList<IHotService> CreateHot(TenantConfig tenant) => [];

        public IReadOnlyList<IExtFilter> CreateFilters(TenantConfig tenant) => Filters;
    }

    private sealed class OrderedEcho(bool defers, bool publishes = true) : IOrderedExtService
    {
        public string Name => "test";

        public List<string> Seen { get; } = [];

        public void OnMessage(in ExtMessage message, IExtContext context)
        {
            Seen.Add(System.Text.Encoding.UTF8.GetString(message.Data));
            if (!publishes)
            {
                return;
            }

            if (defers)
            {
                context.Defer()!.Resume(Publish);
            }
            else
            {
                Publish(context);
            }
        }

        private static void Publish(IExtContext context)
        {
            context.BeginData().WriteNullValue();
            context.Publish(context.FindRoom("r"u8)!, "said"u8);
        }
    }

    private sealed class TellingFilter : IExtFilter
    {
        public string Name => "teller";

        public void OnMessage(in Envelope message, IFilterContext context)
        {
            if (message.Svc.SequenceEqual("test"u8))
            {
                context.BeginData().WriteNullValue();
                context.Publish(context.FindRoom("r"u8)!, "seen"u8);
            }
        }
    }
}
