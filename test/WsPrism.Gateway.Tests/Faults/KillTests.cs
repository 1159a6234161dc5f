using System.Globalization;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Faults;

/// <summary>
/// The built program is killed while clients talk over a bad network, and started again at the same address. Sessions do not outlive the process: clients are told so.
/// What they had heard stays heard once and in order. What a dead gateway had acknowledged and not delivered is lost, message by message, where its rooms have no history on
/// the disk; where they have, nothing is.
/// </summary>
public sealed class KillTests
{
    private const int Kill = 9;
    private const int KilledExitCode = 137;
    private const int Kills = 2;

    // The window tells clients, and by them the test, which gateway they are at.
    private const int WindowMs = 600_000;

    [Theory]
    [InlineData(Wire.WebSocket, false)]
    [InlineData(Wire.Tcp, true)]
    public Task A_gateway_that_is_killed_costs_what_it_had_in_memory_and_nothing_else(Wire wire, bool isStored) => FaultSeeds.RunAsync(async seed =>
    {
        using var folder = new TemporaryFolder();
        var gateway = await StartAsync(folder, wire, 0, "127.0.0.1:0", isStored);
        try
        {
            await using var bed = new FaultBed(seed, FaultWeather.Rough, wire, () => gateway.Address, clients: 12, rooms: 2);
            await bed.AllInRoomsAsync();
            for (var life = 1; life <= Kills; life++)
            {
                await bed.TalkUntilAsync(() => bed.Network.Cuts >= 40 * life, "the network does its worst");
                gateway.Process.Signal(Kill);
                Assert.Equal(KilledExitCode, (await gateway.Process.EndAsync()).ExitCode);
                gateway.Process.Dispose();
                gateway = await StartAsync(folder, wire, life, gateway.Address, isStored);
                await bed.TalkUntilAsync(() => bed.Clients.All(client => client.Hearing.WindowMs == WindowMs + life && client.IsInRoom), "all are back");
            }

            await bed.RestAsync();
            await bed.EndAsync();
            Assert.All(bed.Clients, CameBackAnew);
            var lost = bed.Rooms.SelectMany(FaultAccount.Settle).ToArray();
            Assert.True(!isStored || lost.Length == 0, FaultAccount.Describe(lost));
            TestContext.Current.TestOutputHelper?.WriteLine($"{bed.Network.Connections} connections, {lost.Length} receipts lost\n{FaultAccount.Describe(lost)}");
        }
        finally
        {
            gateway.Process.Dispose();
        }
    });

    private static void CameBackAnew(ResumingClient client)
    {
        Assert.Equal(Enumerable.Range(WindowMs, Kills + 1), client.Hearing.Lives.Select(life => (int)life.WindowMs));
        Assert.Equal([null, .. Enumerable.Repeat("unknown", Kills)], client.Hearing.Lives.Select(life => life.Failure));
    }

    // At the address of the one before; at another one only where somebody else has taken it meanwhile.
    private static async Task<(GatewayProcess Process, string Address)> StartAsync(TemporaryFolder folder, Wire wire, int life, string address, bool isStored)
    {
        var config = new TestConfig().Gateway(wire == Wire.Tcp ? "tcp.listen" : "listen", $"\"{address}\"")
            .Tenant("resume", string.Create(CultureInfo.InvariantCulture, $"{{window_ms: {WindowMs + life}, buffer_bytes: 1048576}}"));
        if (isStored)
        {
            config.Gateway("history.path", "kept.db").Tenant("rooms", "[{match: \"room-*\", history: {size: 100000, ttl_ms: 3600000, store: sqlite}}]").Tenant("limits.outbound", "{ext_messages: 100000}");
        }

        folder.Write("wsprism.yaml", config.Text());
        var process = GatewayProcess.Start(folder.Path, "start");
        try
        {
            var webSocket = await process.ReadAddressAsync();
            return (process, wire == Wire.Tcp ? await process.ReadTcpAddressAsync() : webSocket);
        }
        catch (EndOfStreamException exception) when (exception.Message.Contains("cannot listen at " + address, StringComparison.Ordinal))
        {
            process.Dispose();
            return await StartAsync(folder, wire, life, "127.0.0.1:0", isStored);
        }
    }
}
