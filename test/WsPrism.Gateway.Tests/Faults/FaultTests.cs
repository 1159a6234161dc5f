using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Faults;

/// <summary>
/// Clients that talk to each other over a network that splits, delays, stalls and cuts. Every message is accounted for at every receiver, by what clients sent and
/// heard, and once more by the gateway's ledger.
/// </summary>
public abstract class FaultTests(Wire wire) : TransportTests(wire)
{
    private const string History = "[{match: \"room-*\", history: {size: 100000, ttl_ms: 3600000}}]";

    private readonly Wire _wire = wire;

    public sealed class OverWebSocket() : FaultTests(Wire.WebSocket);

    public sealed class OverTcp() : FaultTests(Wire.Tcp);

    [Fact]
    public Task Every_message_comes_once_and_in_order() => FaultSeeds.RunAsync(async seed =>
    {
        await using var gateway = await StartAsync(Config().Tenant("rooms", "[{match: \"room-*\", presence: true}]"));
        await using var bed = Bed(seed, gateway, FaultWeather.Rough, clients: 16, rooms: 2);
        await bed.AllInRoomsAsync();

        await bed.TalkUntilAsync(() => bed.Network.Cuts >= 150 && bed.Clients.All(client => client.Resumes > 0), "the network does its worst");

        await ComesToRestAsync(gateway, bed);
    });

    [Fact]
    public Task Thousands_of_reconnects_cost_no_message() => FaultSeeds.RunAsync(async seed =>
    {
        await using var gateway = await StartAsync(Config());
        await using var bed = Bed(seed, gateway, FaultWeather.Storm, clients: 64, rooms: 8);
        await bed.AllInRoomsAsync();

        await bed.TalkUntilAsync(() => bed.Clients.Sum(client => client.Resumes) >= 2_000, "thousands have come back");

        await ComesToRestAsync(gateway, bed);
    });

    [Theory]
    [InlineData("{}")]
    [InlineData("{tick_hz: 30}")]
    [InlineData("{max_hz: 30}")]
    public Task The_latest_state_of_every_key_is_there_in_the_end(string hot) => FaultSeeds.RunAsync(async seed =>
    {
        await using var gateway = await StartAsync(Config().Tenant("rooms", $"[{{match: \"room-*\", hot: {hot}}}]"));
        await using var bed = Bed(seed, gateway, FaultWeather.Rough, clients: 12, rooms: 2, undisturbed: 4);
        await bed.AllInRoomsAsync();

        await bed.TalkUntilAsync(() => bed.Network.Cuts >= 80, "the network does its worst", ShowSomething);

        // Those who are undisturbed show nothing again: what others have missed they get from the gateway.
        bed.Network.Heal();
        await bed.AllAsync((client, other) => client == other || client.SeesAllOf(other), "sees the latest states of");
        await ComesToRestAsync(gateway, bed);
        await bed.AllAsync((client, other) => client == other || client.SeesAllOf(other), "still sees the latest states of");
    });

    [Theory]
    [InlineData(4_096, 268_435_456, false)]
    [InlineData(1_048_576, 16_384, false)]
    [InlineData(4_096, 268_435_456, true)]
    public Task Who_missed_more_than_is_kept_is_told_so(int bufferBytes, int totalBytes, bool hasHistory) => FaultSeeds.RunAsync(async seed =>
    {
        var config = Config().Tenant("resume", $"{{window_ms: 600000, buffer_bytes: {bufferBytes}, total_bytes: {totalBytes}}}");
        await using var gateway = await StartAsync(hasHistory ? config.Tenant("rooms", History).Tenant("limits.outbound", "{ext_messages: 100000}") : config);
        await using var bed = Bed(seed, gateway, FaultWeather.Rough, clients: 12, rooms: 2);
        await bed.AllInRoomsAsync();

        await bed.TalkUntilAsync(() => bed.Clients.Sum(client => client.Hearing.Lives.Count - 1) >= 12 && bed.Clients.Sum(client => client.Resumes) >= 12, "some come back and some begin anew");

        await bed.RestAsync();
        await bed.EndAsync();
        Assert.All(bed.Clients, client => Assert.All(client.Hearing.Lives.Skip(1), life => Assert.Equal("overrun", life.Failure)));
        var lost = bed.Rooms.SelectMany(FaultAccount.Settle).ToArray();

        // Of what a room remembers nothing is lost to who says where he was.
        Assert.Equal(hasHistory, lost.Length == 0);
        TestContext.Current.TestOutputHelper?.WriteLine($"{bed.Clients.Sum(client => client.Resumes)} resumes, {bed.Clients.Sum(client => client.Hearing.Lives.Count - 1)} overruns, {lost.Length} receipts lost");
    });

    private static void ShowSomething(ResumingClient client, Random random)
    {
        client.Show((uint)((client.Number * 4) + random.Next(4)));
        client.Call();
    }

    private static TestConfig Config() => new TestConfig()
        .Gateway("shards", "3")
        .Tenant("resume", "{window_ms: 600000, buffer_bytes: 1048576, total_bytes: 268435456}")

        // Who is stalled is cut off as too slow, and comes back.
        .Tenant("limits.outbound", "{ext_messages: 100, ext_bytes: 1048576}");

    private FaultBed Bed(int seed, GatewayUnderTest gateway, FaultWeather weather, int clients, int rooms, int undisturbed = 0) =>
        new(seed, weather, _wire, () => _wire == Wire.Tcp ? gateway.TcpAddress : gateway.Address, clients, rooms, undisturbed);

    private static async Task ComesToRestAsync(GatewayUnderTest gateway, FaultBed bed)
    {
        await bed.RestAsync();
        var metrics = await gateway.MetricsAsync();
        await bed.EndAsync();

        Assert.All(bed.Clients, client => Assert.Single(client.Hearing.Lives));
        Assert.Empty(FaultAccount.Describe(bed.Rooms.SelectMany(FaultAccount.Settle)));
        Assert.All(bed.Clients, client => Assert.All(client.Statements, statement => Assert.Equal(StatementFate.Acknowledged, statement.Fate)));
        var receivers = bed.Rooms.Sum(room => (double)room.Length * room.Sum(client => client.Statements.Count)) + bed.Clients.Sum(client => client.Hearing.PresenceEvents);
        Assert.Equal(receivers, metrics.Sum("wsprism_ledger_accepted_total", ("tenant", "acme"), ("class", "ext")));
        Assert.Equal(receivers, metrics.Sum("wsprism_ledger_total", ("tenant", "acme"), ("class", "ext"), ("fate", "delivered")));
        TestContext.Current.TestOutputHelper?.WriteLine($"{bed.Network.Connections} connections, {receivers} receipts");
    }
}
