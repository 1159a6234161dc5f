using System.Buffers.Binary;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Lanes;

/// <summary>Hot frames end to end (PROTOCOL §4).</summary>
public abstract class HotLaneTests(Wire wire) : TransportTests(wire)
{
    public sealed class OverWebSocket() : HotLaneTests(Wire.WebSocket);

    public sealed class OverTcp() : HotLaneTests(Wire.Tcp);

    [Fact]
    public async Task A_game_frame_reaches_the_others_with_SENDER()
    {
        await using var gateway = await StartAsync();
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        using var outsider = await gateway.ConnectAsync("t-carol");
        await alice.JoinAsync("r");
        await bob.JoinAsync("r");

        await alice.SendHotAsync("01 05 00 c0ffee");

        Assert.Equal($"010508{Hex(alice.Handle)}c0ffee", await bob.ExpectHotAsync());
        await alice.IsQuietAsync();
        await bob.IsQuietAsync();
        await outsider.IsQuietAsync();
    }

    [Fact]
    public async Task A_frame_to_a_room_that_is_not_the_receivers_active_one_says_which_room()
    {
        await using var gateway = await StartAsync();
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        using var carol = await gateway.ConnectAsync("t-carol");
        var room = await alice.JoinAsync("r");
        await alice.JoinAsync("elsewhere");
        await bob.JoinAsync("r");
        await carol.JoinAsync("r", """{"active":false}""");

        // r is not alice's active room: she names it.
        await alice.SendHotAsync($"01 05 10 {Hex(room)} 77");

        Assert.Equal($"010508{Hex(alice.Handle)}77", await bob.ExpectHotAsync());
        Assert.Equal($"010518{Hex(alice.Handle)}{Hex(room)}77", await carol.ExpectHotAsync());
    }

    [Fact]
    public async Task A_room_with_ticks_sends_batches_and_reliable_frames_at_once()
    {
        await using var gateway = await StartAsync(new TestConfig().Tenant("rooms", "[{match: \"r\", hot: {tick_hz: 5}}]"));
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        using var carol = await gateway.ConnectAsync("t-carol");
        var room = await alice.JoinAsync("r");
        await bob.JoinAsync("r");
        await carol.JoinAsync("r", """{"active":false}""");

        // In one write, so that no tick comes between them.
        await alice.Raw.SendAsync(((byte[][])
        [
            [1, 1, 0x04, 7, 0, 0, 0, 0x61],
            [1, 1, 0x04, 8, 0, 0, 0, 0x62],
            [1, 2, 0x20, 0x63],
            [1, 1, 0x04, 7, 0, 0, 0, 0x64],
        ]).SelectMany(frame => alice.Encode(new ClientFrame(ClientFrame.Binary, frame))).ToArray());

        var (sender, handle) = (Hex(alice.Handle), Hex(room));
        var batch = $"01014002000c0001010c07000000{sender}640c0001010c08000000{sender}62";
        Assert.Equal($"010228{sender}63", await bob.ExpectHotAsync());
        Assert.Equal(batch, await bob.ExpectHotAsync());
        Assert.Equal(batch, await alice.ExpectHotAsync());
        Assert.Equal($"010238{sender}{handle}63", await carol.ExpectHotAsync());
        Assert.Equal(
            $"010150{handle}0200100001011c07000000{sender}{handle}64100001011c08000000{sender}{handle}62", await carol.ExpectHotAsync());

        await bob.IsQuietAsync();
    }

    [Fact]
    public async Task A_client_gets_no_more_than_it_wished_for_and_the_last_state_in_the_end()
    {
        await using var gateway = await StartAsync();
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        using var carol = await gateway.ConnectAsync("t-carol");
        await alice.JoinAsync("r");
        await bob.JoinAsync("r", """{"max_hz":2}""");
        await carol.JoinAsync("r");

        for (var i = 0; i < 20; i++)
        {
            await alice.SendHotAsync($"01 01 00 {i:x2}");
            Assert.EndsWith($"{i:x2}", await carol.ExpectHotAsync(), StringComparison.Ordinal);
        }

        var got = new List<string>();
        do
        {
            got.Add((await bob.ExpectHotAsync())[^2..]);
        }
        while (got[^1] != "13");

        // Half a second a state: the first, the last, and no more between than time has passed for.
        Assert.Equal("00", got[0]);
        Assert.InRange(got.Count, 2, 10);
        await bob.SendTextAsync("""{"svc":"room","type":"join","room":"r","id":1,"data":{"max_hz":0.5}}""");
        Assert.Equal("BAD_REQUEST", await bob.ExpectErrorAsync("1"));
    }

    [Fact]
    public async Task Lossy_frames_wait_for_their_bytes_and_reliable_ones_do_not()
    {
        await using var gateway = await StartAsync(new TestConfig()
            .Tenant("limits.max_frame_bytes", "300").Tenant("limits.outbound", "{max_bytes_per_s: 1000}"));
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        await alice.JoinAsync("r");
        await bob.JoinAsync("r");
        var state = new string('0', 400);

        await alice.SendHotAsync($"01 01 00 {state}");
        await alice.SendHotAsync($"01 01 00 {state} 01");
        await alice.SendHotAsync($"01 02 20 {state}");

        var frames = new List<string> { await bob.ExpectHotAsync(), await bob.ExpectHotAsync() };
        Assert.Equal("0102", frames[0][..4]);
        Assert.EndsWith("01", frames[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fa 01 00 aabb", "fa0100aabb")]
    [InlineData("fa 01 00", "fa0100")]
    [InlineData("fa 01 01 d2040000 61", "fa0101d204000061")]
    [InlineData("fa 01 04 4d000000 61", "fa01044d00000061")]
    [InlineData("fa 01 20 61", "fa012061")]
    [InlineData("fa ff 25 01000000 02000000 61", "faff25010000000200000061")]
    public async Task Echo_returns_the_frame(string sent, string returned)
    {
        await using var gateway = await StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        await client.SendHotAsync(sent);

        Assert.Equal(returned, await client.ExpectHotAsync());
        await client.IsQuietAsync();
    }

    [Theory]
    [InlineData("01 05 02 61", "010502")]
    [InlineData("01 05 03 07000000 61", "01050307000000")]
    [InlineData("01 05 27 07000000 02000000 61", "01050307000000")]
    public async Task ACK_is_answered_with_an_empty_frame(string sent, string answer)
    {
        await using var gateway = await StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");
        await client.JoinAsync("r");

        await client.SendHotAsync(sent);

        Assert.Equal(answer, await client.ExpectHotAsync());
        await client.IsQuietAsync();
    }

    [Fact]
    public async Task A_sequence_number_that_is_not_newer_is_dropped()
    {
        await using var gateway = await StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");
        var passed = new List<uint>();

        foreach (var seq in new uint[] { 5, 5, 4, 6, 0x80000006, 0x80000005, 0xFFFFFFFF, 0, 0xFFFFFFFE, 1 })
        {
            await client.SendHotAsync($"fa 01 01 {Hex(seq)}");
            passed.AddRange((await client.RoundTripAsync()).Select(frame => BinaryPrimitives.ReadUInt32LittleEndian(frame.Payload.AsSpan(3))));
        }

        // RFC 1982: half of the circle is newer; what is exactly opposite is undefined there and stale here.
        Assert.Equal([5u, 6u, 0x80000005, 0xFFFFFFFF, 0, 1], passed);
        Assert.Equal(4, (await gateway.MetricsAsync()).Sum("wsprism_policy_decisions_total", ("tenant", "acme"), ("lane", "hot"), ("reason", "stale_sequence")));
    }

    [Fact]
    public async Task Sequences_are_apart_by_opcode_key_and_session()
    {
        await using var gateway = await StartAsync();
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");

        foreach (var frame in new[] { "fa 01 01 09000000", "fa 02 01 01000000", "fa 01 05 01000000 00000000", "fa 01 05 01000000 01000000" })
        {
            await alice.SendHotAsync(frame);
            await alice.ExpectHotAsync();
        }

        await bob.SendHotAsync("fa 01 01 01000000");
        await bob.ExpectHotAsync();
    }

    [Fact]
    public async Task RELIABLE_frames_are_all_delivered_in_order()
    {
        await using var gateway = await StartAsync(new TestConfig()
            .Tenant("rooms", "[{match: \"match:*\", hot: {reliable_opcodes: [9]}}]").Tenant("limits.outbound", "{hot_reliable_bytes: 10000000}"));
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        await alice.JoinAsync("match:1");
        await bob.JoinAsync("match:1");

        // By its flag and by the room's rule.
        await alice.Raw.SendAsync(Enumerable.Range(0, 1_000).SelectMany(i =>
            alice.Encode(new ClientFrame(ClientFrame.Binary, [1, (byte)(i % 2 == 0 ? 9 : 8), (byte)(i % 2 == 0 ? 0 : 0x20), (byte)i, (byte)(i >> 8)]))).ToArray());

        for (var i = 0; i < 1_000; i++)
        {
            Assert.Equal($"01{(i % 2 == 0 ? "09" : "08")}28{Hex(alice.Handle)}{(byte)i:x2}{(byte)(i >> 8):x2}", await bob.ExpectHotAsync());
        }
    }

    [Theory]
    [InlineData("01 01 40 0000", "BAD_REQUEST")]
    [InlineData("01 01 08 01000000", "BAD_REQUEST")]
    [InlineData("01 01 80", "BAD_REQUEST")]
    [InlineData("01 01", "BAD_REQUEST")]
    [InlineData("", "BAD_REQUEST")]
    [InlineData("02 01 00", "NOT_ALLOWED")]
    [InlineData("ff 01 00", "NOT_ALLOWED")]
    [InlineData("01 01 00", "NOT_IN_ROOM")]
    [InlineData("01 01 10 63000000", "NOT_IN_ROOM")]
    [InlineData("fa 01 10 63000000", "NOT_IN_ROOM")]
    public async Task A_refused_frame_is_answered_on_the_Ext_lane_and_the_session_lives_on(string hex, string code)
    {
        await using var gateway = await StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        await client.SendHotAsync(hex);

        Assert.Equal(code, await client.ExpectErrorAsync());
        await client.IsQuietAsync();
    }

    [Fact]
    public async Task A_refused_frame_is_only_counted_where_errors_are_silent()
    {
        await using var gateway = await StartAsync("policy.hot_error_mode", "silent");
        using var client = await gateway.ConnectAsync("t-alice");

        foreach (var hex in new[] { "01 01 40 0000", "02 01 00", "01 01 00", "01" })
        {
            await client.SendHotAsync(hex);
        }

        await client.IsQuietAsync();
        Assert.Equal(4, (await gateway.MetricsAsync()).Sum("wsprism_policy_decisions_total", ("tenant", "acme"), ("lane", "hot"), ("decision", "reject")));
    }

    [Fact]
    public async Task A_frame_without_an_active_room_is_refused_at_the_door_where_the_tenant_says_so()
    {
        await using var gateway = await StartAsync("policy.hot_requires_active_room", "true");
        using var client = await gateway.ConnectAsync("t-alice");

        await client.SendHotAsync("fa 01 00");
        Assert.Equal("NOT_IN_ROOM", await client.ExpectErrorAsync());
        await client.JoinAsync("r");
        await client.SendHotAsync("fa 01 00");
        Assert.Equal("fa0100", await client.ExpectHotAsync());

        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_policy_decisions_total", ("reason", "no_active_room")));
    }

    [Fact]
    public async Task A_route_is_allowed_by_service_and_opcode()
    {
        await using var gateway = await StartAsync("policy.hot_allowlist", "[\"250:7\"]");
        using var client = await gateway.ConnectAsync("t-alice");

        await client.SendHotAsync("fa 08 00");
        Assert.Equal("NOT_ALLOWED", await client.ExpectErrorAsync());
        await client.SendHotAsync("fa 07 00");
        Assert.Equal("fa0700", await client.ExpectHotAsync());
    }

    private static string Hex(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Convert.ToHexStringLower(bytes);
    }
}
