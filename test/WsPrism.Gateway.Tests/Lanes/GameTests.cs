using System.Buffers.Binary;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Lanes;

/// <summary>Late joiners and leavers of a game, end to end. What holds in every order of events is tested in memory, in the core.</summary>
public abstract class GameTests(Wire wire) : TransportTests(wire)
{
    public sealed class OverWebSocket() : GameTests(Wire.WebSocket);

    public sealed class OverTcp() : GameTests(Wire.Tcp);

    [Theory]
    [InlineData("auto")]
    [InlineData("portable")]
    public async Task Who_joins_late_gets_every_state_once_while_they_are_published(string io)
    {
        const int Keys = 4_000;
        const int AtOnce = 50;
        await using var gateway = await StartAsync(new TestConfig().Gateway("io", io).Gateway("shards", "4").Tenant("limits.outbound", "{hot_max_keys: 10000}"));
        using var writer = await gateway.ConnectAsync("t-alice");
        await writer.JoinAsync("r");
        var begun = Enumerable.Range(0, Keys / AtOnce).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var joiners = Enumerable.Range(0, 12).Select(i => Task.Run(() => CollectAsync(gateway, i, begun[i * 6].Task, Keys))).ToArray();

        // Each key is written once: whoever misses one never gets it.
        for (var i = 0; i < begun.Length; i++)
        {
            await writer.Raw.SendAsync(Enumerable.Range(i * AtOnce, AtOnce).SelectMany(key =>
                writer.Encode(new ClientFrame(ClientFrame.Binary, [1, 1, 4, (byte)key, (byte)(key >> 8), 0, 0, 42]))).ToArray());
            begun[i].SetResult();
            await writer.RoundTripAsync();
        }

        foreach (var joiner in joiners)
        {
            await joiner;
        }
    }

    [Fact]
    public async Task With_ticks_the_latest_states_come_as_BATCH()
    {
        await using var gateway = await StartAsync(new TestConfig().Gateway("shards", "1").Tenant("rooms", "[{match: \"r\", hot: {tick_hz: 50}}]"));
        using var alice = await gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("r");
        await alice.SendHotAsync("01 01 04 07000000 61");
        await alice.SendHotAsync("01 02 00 62");

        // Its own states come to it too: when they have, the tick is over.
        var ticked = await alice.ExpectHotAsync();
        if (ticked.Length < 58)
        {
            await alice.ExpectHotAsync();
        }

        using var bob = await gateway.ConnectAsync("t-bob");
        await bob.JoinAsync("r");

        var (first, second) = ($"01010c07000000{Hex(alice.Handle)}61", $"010208{Hex(alice.Handle)}62");
        Assert.Equal($"0101400200" + $"0c00{first}0800{second}", await bob.ExpectHotAsync());
    }

    [Theory]
    [InlineData("leave")]
    [InlineData("close")]
    [InlineData("reset")]
    public async Task Who_leaves_is_told_to_the_others(string how)
    {
        await using var gateway = await StartAsync(new TestConfig().Gateway("shards", "3"));
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        using var carol = await gateway.ConnectAsync("t-carol");
        foreach (var client in new[] { alice, bob, carol })
        {
            await client.JoinAsync("r");
        }

        await alice.SendHotAsync("01 05 00 77");
        Assert.Equal($"010508{Hex(alice.Handle)}77", await bob.ExpectHotAsync());

        // What still waits for somebody when she leaves is dropped.
        Assert.Equal($"010508{Hex(alice.Handle)}77", await carol.ExpectHotAsync());
        switch (how)
        {
            case "leave":
                await alice.SendTextAsync("""{"svc":"room","type":"leave"}""");
                break;
            case "close":
                await alice.SendAsync(ClientFrame.CloseWith(1000));
                break;
            default:
                alice.Raw.Reset();
                break;
        }

        Assert.Equal($"01ff28{Hex(alice.Handle)}", await bob.ExpectHotAsync());
        Assert.Equal($"01ff28{Hex(alice.Handle)}", await carol.ExpectHotAsync());

        // carol did not play.
        await carol.SendTextAsync("""{"svc":"room","type":"leave"}""");
        await carol.ExpectAsync("sys", "left");
        await bob.IsQuietAsync();
    }

    private static async Task CollectAsync(GatewayUnderTest gateway, int number, Task begun, int keys)
    {
        using var client = await gateway.ConnectAsync($"load-{number}");
        await begun;
        await client.JoinAsync("r");
        var got = new HashSet<uint>();
        while (got.Count < keys)
        {
            var frame = Convert.FromHexString(await client.ExpectHotAsync());
            Assert.True(got.Add(BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(3))), "a state came twice");
        }
    }

    private static string Hex(uint value) => Convert.ToHexStringLower(BitConverter.GetBytes(value));
}
