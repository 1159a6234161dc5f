using System.Globalization;
using System.Text;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Tcp;

/// <summary>The first line of a TCP client and how it is answered (PROTOCOL §9, and the checks of §2).</summary>
public sealed class TcpHandshakeTests
{
    private const string Line = "WSPRISM/1 tenant=acme ticket=t-alice\n";

    [Theory]
    [InlineData("WSPRISM/1 tenant=acme ticket=t-alice\n")]
    [InlineData("WSPRISM/1 ticket=t-alice tenant=acme\n")]
    [InlineData("WSPRISM/1 tenant=acme ticket=t-alice resume=abc position=12\n")]
    [InlineData("WSPRISM/1 resume= tenant=acme later=x=y ticket=t-alice later=\n")]
    public async Task A_right_line_is_greeted(string line)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await TcpClient.SayAsync(gateway.TcpAddress, line);

        await client.GreetedAsync();

        await client.IsQuietAsync();
        Assert.Contains(gateway.Log.Lines, text => text.Contains("user=user:alice transport=tcp address=127.0.0.1", StringComparison.Ordinal));
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_handshakes_total", ("tenant", "acme"), ("transport", "tcp"), ("status", "101")));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("WSPRISM/2 tenant=acme ticket=t-alice\n")]
    [InlineData("wsprism/1 tenant=acme ticket=t-alice\n")]
    [InlineData(" WSPRISM/1 tenant=acme ticket=t-alice\n")]
    [InlineData("WSPRISM/1\n")]
    [InlineData("WSPRISM/1 \n")]
    [InlineData("WSPRISM/1 tenant=acme\n")]
    [InlineData("WSPRISM/1 ticket=t-alice\n")]
    [InlineData("WSPRISM/1 tenant=acme ticket=\n")]
    [InlineData("WSPRISM/1 tenant= ticket=t-alice\n")]
    [InlineData("WSPRISM/1 tenant=ACME ticket=t-alice\n")]
    [InlineData("WSPRISM/1 tenant=acme tenant=acme ticket=t-alice\n")]
    [InlineData("WSPRISM/1 tenant=acme ticket=t-alice ticket=t-alice\n")]
    [InlineData("WSPRISM/1 tenant=acme  ticket=t-alice\n")]
    [InlineData("WSPRISM/1 tenant=acme ticket=t-alice \n")]
    [InlineData("WSPRISM/1 tenant=acme ticket=t-alice\r\n")]
    [InlineData("WSPRISM/1 tenant=acme\tticket=t-alice\n")]
    [InlineData("WSPRISM/1 tenant=acme ticket=t-alice =x\n")]
    [InlineData("WSPRISM/1 tenant=acme ticket=t-alice word\n")]
    [InlineData("WSPRISM/1 tenant=acme ticket=t-\u00e9\n")]
    [InlineData("WSPRISM/1 tenant=acme ticket=t-\0\n")]
    [InlineData("GET /v1/ws?tenant=acme&ticket=t-alice HTTP/1.1\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0")]
    [InlineData("x")]
    public async Task A_wrong_line_is_refused_with_400_as_soon_as_it_is_known_to_be_wrong(string line)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await TcpClient.SayAsync(gateway.TcpAddress, line);

        Assert.Equal("400 BAD_REQUEST", await client.ExpectRefusalAsync(1002));

        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_handshakes_total", ("tenant", ""), ("transport", "tcp"), ("status", "400"), ("code", "BAD_REQUEST")));
    }

    [Theory]
    [InlineData("nobody", "t-alice")]
    [InlineData("acme", "t-nobody")]
    [InlineData("acme", "z-ticket")]
    [InlineData("zeta", "t-bob")]
    public async Task A_wrong_tenant_and_a_wrong_ticket_have_the_same_answer(string tenant, string ticket)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await TcpClient.SayAsync(gateway.TcpAddress, $"WSPRISM/1 tenant={tenant} ticket={ticket}\n");

        Assert.Equal("401 AUTH_FAILED", await client.ExpectRefusalAsync(4401));
    }

    [Fact]
    public async Task A_tenant_without_a_free_seat_refuses_with_503_until_one_is_free()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("limits.max_sessions_total", "1");
        using var first = await gateway.ConnectAsync("t-alice");
        using var second = await TcpClient.SayAsync(gateway.TcpAddress, Line);

        Assert.Matches("^503 RESOURCE_EXHAUSTED retry_after=[1-9][0-9]*$", await second.ExpectRefusalAsync(1013));

        await first.SendAsync(ClientFrame.CloseWith(1000));
        await first.ExpectCloseAsync(1000, answer: false);
        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()).Sum("wsprism_sessions", ("tenant", "acme")) == 0, "the seat is free");
        using var third = await TcpClient.SayAsync(gateway.TcpAddress, Line);
        await third.GreetedAsync();
    }

    [Fact]
    public async Task The_handshake_limit_counts_both_transports_together_and_comes_before_the_line_is_judged()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            new TestConfig().Gateway("handshake_limit", "{enabled: true, per_ip_rps: 1, per_ip_burst: 2}"), bystander: false);
        using var first = await gateway.ConnectAsync("t-alice");
        using var second = await TcpClient.SayAsync(gateway.TcpAddress, Line);
        await second.GreetedAsync();

        using var third = await TcpClient.SayAsync(gateway.TcpAddress, "garbage");

        Assert.Matches("^429 RATE_LIMITED retry_after=[1-9][0-9]*$", await third.ExpectRefusalAsync(1013));
    }

    [Fact]
    public async Task A_draining_gateway_refuses_with_503_and_1001()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(bystander: false);
        using var lingering = await gateway.ConnectAsync("t-alice");
        var drain = gateway.Host.DrainAsync();
        await lingering.ExpectAsync("sys", "draining");

        using var client = await TcpClient.SayAsync(gateway.TcpAddress, "garbage");

        Assert.Matches("^503 DRAINING retry_after=[1-9][0-9]*$", await client.ExpectRefusalAsync(1001));
        Assert.Equal(1001, (await lingering.ReadAsync()).CloseCode);
        await lingering.SendAsync(ClientFrame.CloseWith(1001));
        await drain.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task A_drain_does_not_wait_for_who_has_said_nothing()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(new TestConfig().Gateway("drain_grace_ms", "600000"), bystander: false);
        using var silent = await RawClient.ConnectAsync(gateway.TcpAddress);
        using var half = await RawClient.ConnectAsync(gateway.TcpAddress);
        await half.SendAsync("WSPRISM/1 ten");

        await gateway.Host.DrainAsync().WaitAsync(Patience.Limit);

        Assert.Empty(await silent.ReadToEndAsync());
        Assert.Empty(await half.ReadToEndAsync());
    }

    [Theory]
    [InlineData(4_096, true)]
    [InlineData(4_097, false)]
    public async Task A_line_may_have_4096_bytes_with_its_newline_and_no_more(int length, bool isRead)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var line = "WSPRISM/1 tenant=acme ticket=t-alice later=" + new string('x', length - 44) + "\n";
        Assert.Equal(length, line.Length);

        using var whole = await TcpClient.SayAsync(gateway.TcpAddress, line);
        using var cut = await TcpClient.SayAsync(gateway.TcpAddress, line[..1_000]);
        await cut.Raw.SendAsync(line[1_000..]);

        foreach (var client in new[] { whole, cut })
        {
            if (isRead)
            {
                await client.GreetedAsync();
            }
            else
            {
                Assert.Equal("400 BAD_REQUEST", await client.ExpectRefusalAsync(1002));
            }
        }
    }

    [Fact]
    public async Task Who_sends_no_newline_is_refused_at_the_limit()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await TcpClient.SayAsync(gateway.TcpAddress, "WSPRISM/1 " + new string('x', 4_086));

        Assert.Equal("400 BAD_REQUEST", await client.ExpectRefusalAsync(1002));
    }

    [Fact]
    public async Task Who_is_refused_while_it_still_sends_reads_why()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await TcpClient.SayAsync(gateway.TcpAddress, "WSPRISM/1 tenant=acme ticket=wrong\n" + new string('x', 1_000_000));

        Assert.Equal("401 AUTH_FAILED", await client.ExpectRefusalAsync(4401));
    }

    [Fact]
    public async Task A_line_that_does_not_come_is_answered_with_408_after_ten_seconds()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var silent = await TcpClient.SayAsync(gateway.TcpAddress, "");
        using var half = await TcpClient.SayAsync(gateway.TcpAddress, "WSPRISM/1 tenant=acme");
        var before = TimeProvider.System.GetTimestamp();

        Assert.Equal("408 TIMEOUT", await silent.ExpectRefusalAsync(1002));
        Assert.Equal("408 TIMEOUT", await half.ExpectRefusalAsync(1002));

        Assert.True(TimeProvider.System.GetElapsedTime(before) > TimeSpan.FromSeconds(9));
        Assert.Equal(2, (await gateway.MetricsAsync()).Sum("wsprism_handshakes_total", ("tenant", ""), ("transport", "tcp"), ("status", "408"), ("code", "TIMEOUT")));
    }

    [Fact]
    public async Task Line_and_frames_may_be_cut_at_every_byte()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        byte[] bytes = [.. Encoding.ASCII.GetBytes(Line), .. TcpClient.Frame(ClientFrame.Binary, 250, 1, 0, 7), .. TcpClient.Frame(ClientFrame.Binary, 250, 1, 0, 8)];

        for (var cut = 1; cut < bytes.Length; cut++)
        {
            using var client = await TcpClient.SayAsync(gateway.TcpAddress, "");
            await client.Raw.SendAsync(bytes.AsMemory(0, cut));
            await client.Raw.SendAsync(bytes.AsMemory(cut));
            await EchoedAsync(client, 7, 8);
        }

        using var slow = await TcpClient.SayAsync(gateway.TcpAddress, "");
        for (var i = 0; i < bytes.Length; i++)
        {
            await slow.Raw.SendAsync(bytes.AsMemory(i, 1));
        }

        await EchoedAsync(slow, 7, 8);
    }

    [Fact]
    public async Task Frames_behind_the_line_are_the_sessions_however_many()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var frames = Enumerable.Range(0, 500).SelectMany(i => TcpClient.Frame(ClientFrame.Binary, 250, 1, 0x20, (byte)i));
        using var client = await TcpClient.SayAsync(gateway.TcpAddress, "");

        await client.Raw.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(Line), .. frames]);

        await EchoedAsync(client, [.. Enumerable.Range(0, 500).Select(i => (byte)i)]);
    }

    [Fact]
    public async Task Who_leaves_before_its_line_is_whole_leaves_nothing_behind()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        for (var i = 0; i < 200; i++)
        {
            using var client = await TcpClient.SayAsync(gateway.TcpAddress, Line[..(i % Line.Length)]);
            if (i % 2 == 0)
            {
                client.Raw.Reset();
            }
        }

        var metrics = await gateway.MetricsAsync();
        Assert.Equal(1, metrics.Sum("wsprism_shard_sessions"));
        Assert.Equal(1, metrics.Sum("wsprism_handshakes_total"));
    }

    [Fact]
    public async Task A_ticket_is_in_no_log_line_no_metric_and_no_answer()
    {
        const string Ticket = "t-s3cr3t-0123456789";
        await using var gateway = await GatewayUnderTest.StartAsync("auth.dev_tickets", string.Create(CultureInfo.InvariantCulture, $"{{{Ticket}: \"user:alice\"}}"));
        var answers = new List<string>();
        foreach (var line in new[] { $"WSPRISM/1 tenant=nobody ticket={Ticket}\n", $"WSPRISM/1 tenant=acme ticket={Ticket} {Ticket}\n", $"WSPRISM/1 tenant=acme ticket={Ticket}x\n" })
        {
            using var refused = await TcpClient.SayAsync(gateway.TcpAddress, line);
            answers.Add((await refused.ReadAsync()).ToString());
        }

        using var client = await TcpClient.SayAsync(gateway.TcpAddress, $"WSPRISM/1 tenant=acme ticket={Ticket}\n");
        await client.GreetedAsync();

        answers.Add((await gateway.AskAdminAsync("/metrics")).Body);
        Assert.All(answers.Concat(gateway.Log.Lines), text => Assert.DoesNotContain(Ticket, text, StringComparison.Ordinal));
    }

    private static async Task EchoedAsync(TcpClient client, params byte[] marks)
    {
        for (var i = 0; i < marks.Length;)
        {
            var frame = await client.ReadAsync();
            if (frame.IsBinary)
            {
                Assert.Equal(marks[i++], frame.Payload[^1]);
            }
        }
    }
}
